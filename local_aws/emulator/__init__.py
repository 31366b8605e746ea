"""The emulator's process: ministack with the services and behaviour that it lacks."""
