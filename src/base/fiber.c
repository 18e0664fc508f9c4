/* SPDX-License-Identifier: MIT */
/* See fiber.h.  The address sanitizer has to be told of every change of the stack. */
#include "config.h"

#include "fiber.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif

#ifdef HAS_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

enum { SPARE_MAX = 64 };

struct fiber {
	ucontext_t    context, caller;
	struct fiber *outer;           /* who ran or resumed it */
	struct fiber *next_spare;
	void        (*fn)(void *arg);
	void         *arg;
	char         *stack;           /* above a page that nobody may touch */
	size_t        mapped;
	bool          has_ended;
#ifdef HAS_ASAN
	void         *own_fake_stack, *caller_fake_stack;
	const void   *caller_stack;
	size_t        caller_size;
#endif
};

static struct fiber *running;
static struct fiber *spare;
static unsigned spare_count, count;

static void
enter(struct fiber *f)
{
	f->outer = running;
	running = f;
#ifdef HAS_ASAN
	__sanitizer_start_switch_fiber(&f->caller_fake_stack, f->stack, FIBER_STACK_BYTES);
#endif
	swapcontext(&f->caller, &f->context);
#ifdef HAS_ASAN
	__sanitizer_finish_switch_fiber(f->caller_fake_stack, NULL, NULL);
#endif
	running = f->outer;
}

static void
leave(struct fiber *f)
{
#ifdef HAS_ASAN
	__sanitizer_start_switch_fiber(f->has_ended ? NULL : &f->own_fake_stack, f->caller_stack, f->caller_size);
#endif
	swapcontext(&f->context, &f->caller);
#ifdef HAS_ASAN
	__sanitizer_finish_switch_fiber(f->own_fake_stack, &f->caller_stack, &f->caller_size);
#endif
}

static void
trampoline(void)
{
	struct fiber *f = running;

#ifdef HAS_ASAN
	__sanitizer_finish_switch_fiber(NULL, &f->caller_stack, &f->caller_size);
#endif
	f->fn(f->arg);
	f->has_ended = true;
	leave(f);
}

static void
unmap(struct fiber *f)
{
	munmap(f->stack + FIBER_STACK_BYTES - f->mapped, f->mapped);
	free(f);
}

static struct fiber *
make(void)
{
	struct fiber *f = calloc(1, sizeof *f);
	size_t guard = (size_t)sysconf(_SC_PAGESIZE);
	char *mapped;

	if (f == NULL)
		return NULL;
	f->mapped = guard + FIBER_STACK_BYTES;
	mapped = mmap(NULL, f->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	if (mapped == MAP_FAILED || mprotect(mapped, guard, PROT_NONE) == -1) {
		if (mapped != MAP_FAILED)
			munmap(mapped, f->mapped);
		free(f);
		return NULL;
	}
	f->stack = mapped + guard;
	return f;
}

static struct fiber *
take(void)
{
	struct fiber *f = spare;

	if (f == NULL)
		return make();
	spare = f->next_spare;
	spare_count--;
	return f;
}

static void
give_back(struct fiber *f)
{
	if (spare_count >= SPARE_MAX) {
		unmap(f);
		return;
	}
	f->next_spare = spare;
	spare = f;
	spare_count++;
}

static void
go_on(struct fiber *f)
{
	enter(f);
	if (f->has_ended) {
		count--;
		give_back(f);
	}
}

/* getcontext counts as returning twice, so it stays out of functions with variables of their own. */
static __attribute__((noinline)) bool
prepare(struct fiber *f)
{
	if (getcontext(&f->context) == -1)
		return false;
	f->context.uc_stack.ss_sp = f->stack;
	f->context.uc_stack.ss_size = FIBER_STACK_BYTES;
	f->context.uc_link = NULL;
	makecontext(&f->context, trampoline, 0);
	return true;
}

bool
fiber_run(void (*fn)(void *arg), void *arg)
{
	struct fiber *f = count < FIBERS_MAX ? take() : NULL;

	if (f == NULL)
		return false;
	if (!prepare(f)) {
		give_back(f);
		return false;
	}
	f->fn = fn;
	f->arg = arg;
	f->has_ended = false;
	count++;
	go_on(f);
	return true;
}

struct fiber *
fiber_self(void)
{
	return running;
}

void
fiber_suspend(void)
{
	leave(running);
}

void
fiber_resume(struct fiber *fiber)
{
	go_on(fiber);
}

unsigned
fiber_count(void)
{
	return count;
}

void
fiber_free_spare(void)
{
	while (spare != NULL) {
		struct fiber *f = spare;

		spare = f->next_spare;
		unmap(f);
	}
	spare_count = 0;
}
