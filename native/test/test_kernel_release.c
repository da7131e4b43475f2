// SPDX-License-Identifier: Apache-2.0
/* Which kernels are new enough, and which may lock up. */
#include "check.h"
#include "support/kernel_release.h"

int main(void)
{
	CHECK(kernel_release_is_since("5.17.0", 5, 17));
	CHECK(kernel_release_is_since("6.0.0-rc1", 5, 17));
	CHECK(!kernel_release_is_since("5.16.20-generic", 5, 17));
	CHECK(!kernel_release_is_since("4.18.0-553.el8", 5, 17));
	CHECK(!kernel_release_is_since("", 5, 17));
	CHECK(kernel_release_is_since(kernel_release(), 2, 6));

	CHECK(!kernel_may_lock_up("5.15.0-91-generic", ""));
	CHECK(!kernel_may_lock_up("5.18.19", ""));
	CHECK(kernel_may_lock_up("5.19.0-50-generic", "#50-Ubuntu SMP"));
	CHECK(kernel_may_lock_up("6.0.19", ""));
	CHECK(kernel_may_lock_up("6.1.35", ""));
	CHECK(!kernel_may_lock_up("6.1.36", ""));
	CHECK(kernel_may_lock_up("6.2.0-39-generic", "#40-Ubuntu SMP"));
	CHECK(kernel_may_lock_up("6.3.9", ""));
	CHECK(!kernel_may_lock_up("6.3.10", ""));
	CHECK(!kernel_may_lock_up("6.4.0", ""));
	CHECK(!kernel_may_lock_up("", ""));
	CHECK(kernel_may_lock_up("6.1.0-9-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.27-1 (2023-05-08)"));
	CHECK(!kernel_may_lock_up("6.1.0-27-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.115-1 (2024-11-01)"));
	return check_report("kernel_release");
}
