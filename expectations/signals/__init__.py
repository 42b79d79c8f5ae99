"""What do the values say by themselves? Statistical tests in numpy, one signal a file.

Nothing here knows Great Expectations, a warehouse or a clock: arrays in, one `Signal` out. The
modules import numpy at their top, so import them inside functions only.
"""
