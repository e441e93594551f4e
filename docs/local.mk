# Part of the one build (see Makefile.am): docs
dist_man_MANS += docs/windsock.1 docs/windsockd.8
dist_doc_DATA += docs/architecture.md docs/coverage.md docs/differences.md docs/performance.md docs/porting.md docs/protocol.md docs/wine.md
