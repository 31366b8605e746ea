"""The emulator's process: ministack, extended with what it lacks for this kind of application."""
