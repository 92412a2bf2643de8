"""One file a command. They read settings, call the parts, and print for people; no data logic here."""
