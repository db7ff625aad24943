"""The policy pack: what keeps data, checked in programs that do not use the components."""
