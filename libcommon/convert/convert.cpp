// Replaced by the sources of this folder.
