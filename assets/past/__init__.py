"""What earlier releases have told, so that nobody learns of a few persons by subtracting one release from another.

`records` keeps who stood behind each release, without saying who; `numbers` is what all releases together have told of
one amount, `derive` finds what a reader can reckon from it about few persons, `choice` hides more where that helps.
"""
