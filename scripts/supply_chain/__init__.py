"""What this project depends on: locks, licences, bill of materials, known vulnerabilities."""
