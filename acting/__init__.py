"""What do people do about it, without a terminal?

A small web application on this machine: the board and the pages of cases and findings as they are
drawn, and beside each the forms for what a person may do with it now. The pages stay useful without
it.
"""
