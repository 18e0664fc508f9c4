/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <jansson.h>
#include <string.h>

#include "ops/stats_format.h"

static struct process_slot slots[2];

static struct stats_view
make_view(void)
{
	memset(slots, 0, sizeof slots);
	counter_add(&slots[0].counters.http_requests, 40);
	counter_add(&slots[1].counters.http_requests, 2);
	counter_add(&slots[1].counters.http_in_flight, 3);
	counter_add(&slots[0].counters.store_commit_ns_total, UINT64_C(12345678901));
	counter_peak(&slots[0].counters.store_commit_peak_us, 1500);
	operation_record(&slots[0].counters, OPERATION_parse_message, 1000000, true);
	operation_record(&slots[1].counters, OPERATION_parse_message, 3000000, false);
	return (struct stats_view){ .slots = slots, .count = 2, .uptime_ms = 4000, .now_ms = 4000 };
}

/* The lines that stand in the output, each with the one before. */
static void
assert_has(const struct buf *out, const char *lines)
{
	assert_non_null(memmem(out->data, out->len, lines, strlen(lines)));
}

static void
text_is_a_line_for_each_figure(void **state)
{
	struct stats_view view = make_view();
	struct buf out = BUF_INIT;

	(void)state;
	stats_print_text(&view, &out);
	assert_has(&out, "uptime_seconds 4.000\n");
	assert_has(&out, "\nhttp_requests 42\n");
	assert_has(&out, "\nparse_message.total_requests 2\n");
	assert_has(&out, "\nparse_message.success_rate 0.5\n");
	assert_has(&out, "\nparse_message.average_duration_ns 2000000\n");
	buf_fini(&out);
}

static void
json_is_nested_and_has_numbers(void **state)
{
	struct stats_view view = make_view();
	struct buf out = BUF_INIT;
	json_t *root, *counters, *parse;

	(void)state;
	stats_print_json(&view, &out);
	root = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	counters = json_object_get(root, "counters");
	parse = json_object_get(json_object_get(root, "operations"), "parse_message");
	assert_int_equal(json_object_size(counters), counter_row_count);
	assert_int_equal(json_integer_value(json_object_get(counters, "http_requests")), 42);
	assert_int_equal(json_integer_value(json_object_get(parse, "failed_requests")), 1);
	assert_true(json_number_value(json_object_get(parse, "requests_per_second")) == 0.5);
	json_decref(root);
	buf_fini(&out);
}

static void
openmetrics_has_totals_seconds_and_labels(void **state)
{
	struct stats_view view = make_view();
	struct buf out = BUF_INIT;

	(void)state;
	stats_print_prometheus(&view, &out);
	assert_has(&out, "# TYPE aiexpense_http_requests counter\n"
	    "# HELP aiexpense_http_requests Requests answered, whatever the status.\n"
	    "aiexpense_http_requests_total 42\n");
	assert_has(&out, "# TYPE aiexpense_http_in_flight gauge\n");
	assert_has(&out, "\naiexpense_http_in_flight 3\n");
	assert_has(&out, "# UNIT aiexpense_store_commit_seconds seconds\n");
	assert_has(&out, "\naiexpense_store_commit_seconds_total 12.345678901\n");
	assert_has(&out, "\naiexpense_store_commit_peak_seconds 0.001500\n");
	assert_has(&out, "\naiexpense_operation_requests_total{operation=\"parse_message\",result=\"failed\"} 1\n");
	assert_has(&out, "\naiexpense_operation_duration_seconds_sum{operation=\"parse_message\"} 0.004000000\n");
	assert_has(&out, "\naiexpense_operation_duration_seconds_bucket{operation=\"parse_message\",le=\"0.001048575\"} 1\n"
	    "aiexpense_operation_duration_seconds_bucket{operation=\"parse_message\",le=\"0.002097151\"} 1\n"
	    "aiexpense_operation_duration_seconds_bucket{operation=\"parse_message\",le=\"0.004194303\"} 2\n");
	assert_memory_equal(out.data + out.len - 6, "# EOF\n", 6);
	buf_fini(&out);
}

static void
the_manual_has_every_counter(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	stats_print_man(&out);
	for (size_t i = 0; i < counter_row_count; i++)
		assert_has(&out, counter_rows[i].name);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_a_line_for_each_figure),
		cmocka_unit_test(json_is_nested_and_has_numbers),
		cmocka_unit_test(openmetrics_has_totals_seconds_and_labels),
		cmocka_unit_test(the_manual_has_every_counter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
