"""Changes to ministack's services, one module per service of AWS.

Each module lists the private names it uses and has one `apply`. When ministack does itself what a
module adds, the module can be deleted.
"""
