"""Where do the facts live, and how are they read? One module a warehouse; the folder lists them."""
