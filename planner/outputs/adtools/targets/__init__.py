"""One file an ad tool: its declaration in ``TOOL``, its writer and its parser. A new file here is a new target."""
