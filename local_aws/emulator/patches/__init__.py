"""Changes to ministack's services, one module per service of AWS.

Each module lists the private names it uses and has one `apply`. A module can be deleted once
ministack does the same itself.
"""
