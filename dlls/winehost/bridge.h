/*
 * What the two halves of the bridge say to each other: winehost.dll, which programs in Wine call, and winehost.so, which holds the
 * core. The DLL has a stub for each export (stubs.S); all stubs do the same: they leave the arguments where Windows' convention puts
 * them, in one row on the stack, and pass the address of a Call to the function of that number in winehost.so.
 *
 * A call may not go through at once:
 * - An argument is a wild pointer. winehost.so touches what pointers lead to before it does anything else, and notes before which
 *   argument it looks at. Wine ends such a call with an exception's status; the DLL then puts kBadPointer in that argument's place and
 *   calls again, so that the core answers as it answers to null: in its order of errors.
 * - The program's own code is to be run (the condition of WSAAccept). That must happen on the program's side: winehost.so lays the call
 *   aside (callback.h) and returns kCallbackStatus; the DLL runs the procedure and asks to go on.
 *
 * Compiled for Windows and for the host.
 */
#pragma once

#include <stdint.h>

/* The first functions of winehost.so; those of the exports follow, in the order of the list. */
enum {
  kAttach, /* Attach*: once, when the DLL is loaded. Its status tells whether the host can be used. */
  kResume, /* Call*: the procedure has returned `result` */
  kFailed, /* Call*: `number` says which export failed half-way; sets `result` to what its failure looks like */
  kRun,    /* the body of a thread of the core's own; returns when it ends */
  kThreadEnds, /* null: the calling thread of the program does */
  kFirstExport
};

enum { kMaxProcedureArguments = 8 };

typedef struct Call {
  uint64_t *arguments;
  uint64_t result;
  int64_t probing; /* the argument that is being touched; -1: none */
  uint64_t number; /* of the export */
  uint64_t procedure;
  uint64_t count;
  uint64_t procedure_arguments[kMaxProcedureArguments];
} Call;

typedef struct Attach {
  uint64_t version;              /* kBridgeVersion: both halves must come from one build */
  const uint64_t *stubs;         /* the address of each export in the DLL, in the order of the list */
  uint64_t wait_for_multiple_objects_ex;
  uint64_t thread_start;         /* of a thread of the core's own, which gets its body */
  uint64_t completion_routine;   /* to be queued to a thread, with CompletionWords */
} Attach;

#define kBridgeVersion 2u

/*
 * A completion routine has four arguments, and a call that is queued to a thread three; so that nothing needs to be kept for it, they are
 * packed: an address has 48 bits, and no flag of a transfer is above 16.
 */
typedef struct CompletionWords {
  uint64_t routine_and_flags;
  uint64_t error_and_bytes;
  uint64_t overlapped;
} CompletionWords;
enum { kFlagsShift = 48, kBytesShift = 32 };

/* Statuses of our own: bit 29 marks those that are not the system's. */
#define kCallbackStatus 0x20570001u
#define kVersionStatus 0xe0570002u
#define kNoHostStatus 0xe0570003u

/* No program has memory there. */
#define kBadPointer 1u
