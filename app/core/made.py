"""How named tuples are made of which each look at an issue makes a hundred.

`made(Moment, (at, names, by))` gives what `Moment(at, names, by)` gives, in a third of the time: the call goes through
a function of Python's own. All fields must be there, in order.
"""

made = tuple.__new__
