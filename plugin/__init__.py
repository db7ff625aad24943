"""The plugin: the guard and the components for programs in any language."""
