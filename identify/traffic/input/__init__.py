"""Where bytes of traffic come from: files, standard input, URLs, compressed or not."""
