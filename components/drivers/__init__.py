"""Facts about CSI drivers: what each provisions with, is told, and can do."""
