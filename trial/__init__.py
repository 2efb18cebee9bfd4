"""The whole way on data whose truth is known: deal, run, evaluate, compare with plaintext, search for leaks.

The trial drives encoder and matcher through the command line, in processes of their own, as a person would. It imports
linkage only.
"""
