"""Reports as text or JSON. A formatter returns what to print; it never prints or writes files."""
