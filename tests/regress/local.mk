# Part of the one build (see Makefile.am): tests/regress
