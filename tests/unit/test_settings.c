/* core/settings: the tree, its places, and every refusal with file, line, column. */
#include <math.h>
#include <string.h>

#include "core/settings.h"
#include "tests/support/support.h"

static csi_arena *arena;
static csi_diag *diag;

static void set_up(void)
{
    arena = csi_arena_new();
    diag = csi_diag_new(0);
}

static void tear_down(void)
{
    csi_diag_free(diag);
    csi_arena_free(arena);
}

TestSuite(settings, .init = set_up, .fini = tear_down);

static csi_status parse(const char *yaml, const csi_setting **root)
{
    return csi_settings_parse(arena, "index.yaml", yaml, strlen(yaml), diag, root);
}

Test(settings, keeps_order_types_and_places)
{
    const csi_setting *root;
    cr_assert_eq(parse("years: {first: 2014, last: 2023}\n"
                       "countries: [NO, ON, 'yes']\n"
                       "empty:\n"
                       "name: >-\n  folded\n  text\n",
                       &root),
                 CSI_OK);
    cr_assert_eq(root->kind, CSI_SETTING_MAP);
    cr_assert_eq(root->n, 4);
    const csi_setting *countries = csi_setting_find(root, "countries");
    cr_assert_eq(countries->n, 3);
    cr_assert_str_eq(countries->item[0].text, "NO");
    cr_assert_str_eq(countries->item[1].text, "ON");
    cr_assert(countries->item[2].is_quoted);
    cr_assert_eq(countries->item[1].place.line, 2);
    cr_assert_eq(countries->item[1].place.column, 17);
    cr_assert_eq(countries->item[1].place.length, 2);
    cr_assert_str_eq(countries->item[1].place.source_line, "countries: [NO, ON, 'yes']");
    cr_assert_str_eq(csi_setting_find(root, "empty")->text, "");
    cr_assert_str_eq(csi_setting_find(root, "name")->text, "folded text");
    int64_t year;
    cr_assert_eq(csi_setting_integer(csi_setting_find(csi_setting_find(root, "years"), "last"), 1900, 2100, diag, &year),
                 CSI_OK);
    cr_assert_eq(year, 2023);
    cr_assert_null(csi_setting_find(root, "absent"));
}

Test(settings, reads_json)
{
    const csi_setting *root;
    cr_assert_eq(parse("{\"a\": [1, 2.5, null], \"b\": {\"c\": \"\\u00e9\"}}", &root), CSI_OK);
    double value;
    cr_assert_eq(csi_setting_number(&csi_setting_find(root, "a")->item[1], 0, 10, diag, &value), CSI_OK);
    cr_assert_eq(value, 2.5);
    cr_assert_str_eq(csi_setting_find(csi_setting_find(root, "b"), "c")->text, "\xc3\xa9");
}

Test(settings, refuses_what_is_no_configuration)
{
    static const struct {
        const char yaml[64];
        unsigned line;
        const char words[64];
    } cases[] = {
        {"a: 1\na: 2\n", 2, "stands here twice"},
        {"a: [1, 2\nb: 3\n", 0, ""},
        {"a: &x 1\nb: *x\n", 2, "aliases"},
        {"a: 1\n---\nb: 2\n", 2, "second document"},
        {"[a]: 1\n", 1, "plain text"},
        {"a: \"unended\n", 0, ""},
        {"a: \"x\\0y\"\n", 1, "NUL"},
        {"a: b: c\n", 1, ""},
        {"a: \xff\n", 0, "this is not YAML"},
        {"\xff\xfe", 0, "this is not YAML"},
        {"- 1\n- {b: *x}\n", 2, "aliases"},
        {"*x\n", 1, "aliases"},
        {"a: 1\n...\nb: [\n", 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const csi_setting *root;
        csi_diag *own = csi_diag_new(0);
        cr_expect_eq(csi_settings_parse(arena, "index.yaml", cases[i].yaml, strlen(cases[i].yaml), own, &root),
                     CSI_ERR_CONFIG, "%s", cases[i].yaml);
        cr_expect_null(root);
        size_t n;
        const csi_message *message = csi_diag_messages(own, &n);
        cr_assert_geq(n, 1, "%s", cases[i].yaml);
        cr_expect_str_eq(message[0].file, "index.yaml");
        cr_expect(cases[i].line == 0 || message[0].line == cases[i].line, "%s: line %d", cases[i].yaml,
                  (int)message[0].line);
        cr_expect_not_null(strstr(message[0].text, cases[i].words), "%s: %s", cases[i].yaml, message[0].text);
        csi_diag_free(own);
    }
}

Test(settings, refuses_ten_thousand_levels)
{
    enum { N = 10000 };
    static char yaml[2 * N + 1];
    memset(yaml, '[', N);
    memset(yaml + N, ']', N);
    const csi_setting *root;
    cr_assert_eq(parse(yaml, &root), CSI_ERR_CONFIG);
}

Test(settings, typed_getters_refuse_with_the_place)
{
    const csi_setting *root;
    cr_assert_eq(parse("number: 8l.2\nrange: 11\nlist: [1]\nflag: yes\nrule: aritmetic\n", &root), CSI_OK);
    double number = 7;
    bool flag = true;
    const char *text = NULL;
    size_t choice = 9;
    static const char *const rules[] = {"arithmetic", "geometric"};
    cr_expect_eq(csi_setting_number(csi_setting_find(root, "number"), 0, 1, diag, &number), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_number(csi_setting_find(root, "range"), 0, 10, diag, &number), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_text(csi_setting_find(root, "list"), diag, &text), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_boolean(csi_setting_find(root, "flag"), diag, &flag), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_choice(csi_setting_find(root, "rule"), rules, 2, diag, &choice), CSI_ERR_CONFIG);
    cr_expect_eq(number, 7);
    cr_expect_eq(choice, 9);
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    cr_assert_eq(n, 5);
    for (size_t i = 0; i < n; i++) {
        cr_expect_eq(message[i].line, i + 1);
    }
    cr_expect_str_eq(message[0].text, "number must be a number, not \"8l.2\"");
    cr_expect_str_eq(message[1].text, "range must lie between 0 and 10, not 11");
    cr_expect_str_eq(message[4].text,
                     "rule must be arithmetic or geometric, not \"aritmetic\"; did you mean \"arithmetic\"?");
}

Test(settings, unknown_keys_get_a_suggestion)
{
    const csi_setting *root;
    static const char *const known[] = {"direction", "weight"};
    cr_assert_eq(parse("directon: 1\nweight: 2\nzzz: 3\n", &root), CSI_OK);
    cr_assert_eq(csi_setting_check_keys(root, "a node", known, 2, diag), CSI_ERR_CONFIG);
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    cr_assert_eq(n, 2);
    cr_expect_str_eq(message[0].text, "unknown key \"directon\" in a node; did you mean \"direction\"?");
    cr_expect_str_eq(message[1].text, "unknown key \"zzz\" in a node");
    cr_expect_eq(message[1].line, 3);
}

Test(settings, an_empty_file_is_an_empty_map)
{
    static const char *const empty[] = {"", "# nothing yet\n", "\n\n", "---\n"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        const csi_setting *root;
        cr_assert_eq(parse(empty[i], &root), CSI_OK, "%s", empty[i]);
        cr_expect(root->n == 0 && root->text[0] == '\0', "%s", empty[i]);
    }
    cr_expect_eq(csi_setting_check_keys(NULL, "nothing", NULL, 0, diag), CSI_OK);
    cr_expect_null(csi_setting_find(NULL, "a"));
}

Test(settings, lines_may_end_as_they_like)
{
    const csi_setting *root;
    cr_assert_eq(parse("a: 1\r\nb: 'two'\r\n", &root), CSI_OK);
    cr_expect_str_eq(csi_setting_find(root, "b")->place.source_line, "b: 'two'");
}

/* Every getter on every kind, limits without an end, and lists too long for a message. */
Test(settings, getters_say_what_they_expected)
{
    const csi_setting *root;
    cr_assert_eq(parse("list: [x]\nmap: {k: 1}\nlow: -7\nhigh: 7\nwhole: 1.5\nlong: "
                       "a-name-far-longer-than-any-that-is-known-and-so-near-to-none-of-them-at-all\n", &root), CSI_OK);
    const csi_setting *list = csi_setting_find(root, "list"), *map = csi_setting_find(root, "map");
    double number;
    int64_t integer;
    bool flag;
    const char *text;
    size_t choice;
    static char name[40][24];
    const char *many[41];
    for (size_t i = 0; i < 40; i++) {
        memcpy(name[i], "choice-number-00-of-40", 23);
        name[i][14] = (char)('0' + i / 10);
        name[i][15] = (char)('0' + i % 10);
        many[i] = name[i];
    }
    many[40] = "another-name-far-longer-than-any-that-anybody-would-give-to-anything";
    static const char *const known[] = {"list"};
    cr_expect_eq(csi_setting_number(list, 0, 1, diag, &number), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_integer(map, 0, 1, diag, &integer), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_boolean(list, diag, &flag), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_text(map, diag, &text), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_choice(list, many, 41, diag, &choice), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_check_keys(list, "a list", known, 1, diag), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_expect(&list->item[0], CSI_SETTING_LIST, diag), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_number(csi_setting_find(root, "low"), 0, (double)INFINITY, diag, &number), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_number(csi_setting_find(root, "high"), (double)-INFINITY, 0, diag, &number), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_integer(csi_setting_find(root, "whole"), 0, 9, diag, &integer), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_integer(csi_setting_find(root, "low"), 0, 9, diag, &integer), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_choice(csi_setting_find(root, "long"), many, 41, diag, &choice), CSI_ERR_CONFIG);
    cr_expect_eq(csi_setting_choice(csi_setting_find(root, "high"), many, 41, diag, &choice), CSI_ERR_CONFIG);
    static const char *const words[] = {
        "list must be a single value, not a list", "map must be a single value, not a map of keys",
        "list must be a single value, not a list", "map must be a single value, not a map of keys",
        "list must be a single value, not a list", "list must be a map of keys, not a list",
        "this must be a list, not a single value", "low must lie between 0 and inf, not -7",
        "high must lie between -inf and 0, not 7", "whole must be a whole number, not \"1.5\"",
        "low must lie between 0 and 9, not -7"};
    size_t n;
    const csi_message *message = csi_diag_messages(diag, &n);
    cr_assert_eq(n, 13);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        cr_expect_str_eq(message[i].text, words[i]);
    }
    cr_expect(strncmp(message[11].text, "long must be choice-number-00-of-40, choice-number-01", 50) == 0);
    cr_expect_null(strstr(message[12].text, "did you mean"));
}
