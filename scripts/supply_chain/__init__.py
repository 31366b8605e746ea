"""The project's dependencies: locks, licences, bill of materials, known vulnerabilities."""
