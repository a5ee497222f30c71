// SPDX-License-Identifier: MIT
// C++'s ways to the allocator: every form of new and delete, and thread_local
// objects whose destructors free.  Speaks TAP; 0 if all hold.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

static int failures;
static int tests;

static void
report(bool ok, const char *text)
{
	std::printf("%s %d - %s\n", ok ? "ok" : "not ok", ++tests, text);
	failures += !ok;
}

struct alignas(256) wide {
	char content[300];
};

struct keeper {
	std::string text = std::string(1000, 'k');
	std::vector<std::unique_ptr<std::string>> more;
	~keeper()
	{
		more.push_back(std::make_unique<std::string>(500, 'd'));
	}
};

static thread_local keeper kept;

template <typename T>
static bool
aligned(const T *object)
{
	return reinterpret_cast<std::uintptr_t>(object) % alignof(T) == 0;
}

static bool
oversize_throws()
{
	volatile std::size_t size = SIZE_MAX / 2 + 1;
	try {
		::operator delete(::operator new(size));
	} catch (const std::bad_alloc &) {
		return ::operator new(size, std::nothrow) == nullptr;
	}
	return false;
}

static bool
thread_locals_are_destroyed()
{
	std::vector<std::thread> threads;
	for (int i = 0; i < 20; i++)
		threads.emplace_back([] { kept.more.resize(10); });
	for (std::thread &thread : threads)
		thread.join();
	return true;
}

int
main()
{
	std::printf("1..5\n");
	int *one = new int(7);
	int *many = new int[1000];
	std::memset(many, 1, 1000 * sizeof(int));
	report(*one == 7 && aligned(one) && aligned(many), "new and new[] give aligned memory");
	delete one;
	delete[] many;
	wide *object = new wide;
	wide *array = new wide[5];
	report(aligned(object) && aligned(array), "over-aligned types are aligned");
	delete object;
	delete[] array;
	report(oversize_throws(), "an oversize request throws, or gives null with nothrow");
	report(thread_locals_are_destroyed(), "thread_local destructors allocate and free");
	kept.more.resize(3);
	report(true, "the main thread's are left to the exit");
	return failures != 0;
}
