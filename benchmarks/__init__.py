"""How fast is it, and how often is it right? Commands that print figures; no test waits for them."""
