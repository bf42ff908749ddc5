"""Files that strangers send: what they are, whether they are harmless, and where they are kept.

Nothing is stored as it came. `cleaned` makes a new file of an upload, in a process of its own, or refuses; what it
returns goes to the storage `private_files`, from where only `private_file` serves it.
"""
