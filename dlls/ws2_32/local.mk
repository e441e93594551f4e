# Part of the one build (see Makefile.am): dlls/ws2_32
