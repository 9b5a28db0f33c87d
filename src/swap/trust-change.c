/* SPDX-License-Identifier: Apache-2.0 */
/* Changing who is let in: through bolt where it runs, else in our own list. */
#include "base/parse.h"
#include "facts/checks.h"
#include "host/statefile.h"
#include "swap/box.h"
#include "swap/keys.h"
#include "swap/steps.h"
#include "swap/trust.h"

#include <errno.h>

enum { BOLT_CALL_MS = 30000, BOLT_OPEN_MS = 5000, PREFIX_MIN = 4 };

struct change {
	const struct trust_request *req;
	const struct trust *t;
	const struct snapshot *s;
	struct steps st;
	struct arena *a;
	const char *id;
	const struct tb_router *router; /* NULL: not plugged in */
	const char *name;
};

/* Among those that are listed or that bolt knows. */
static const char *find_absent(const struct change *c, const char *text, struct err *e)
{
	struct strs ids = {0};
	const char *found = NULL;
	uint32_t i;

	for (i = 0; i < c->t->rules.all.n; i++)
		strs_add(c->a, &ids, c->t->rules.all.v[i].unique_id);
	for (i = 0; i < c->t->devices.n; i++)
		strs_add(c->a, &ids, c->t->devices.v[i].uid);
	for (i = 0; i < ids.n; i++) {
		if (!str_ieq(arena_strn(c->a, ids.v[i], MIN(strlen(text), strlen(ids.v[i]))), text) || strlen(text) < PREFIX_MIN ||
		    str_ieq(found, ids.v[i]))
			continue;
		if (found) {
			err_set(e, -EEXIST, "'%s' is the beginning of two unique ids: %s and %s", text, found, ids.v[i]);
			return NULL;
		}
		found = ids.v[i];
	}
	return found;
}

static int find_box(struct change *c, struct err *e)
{
	uint32_t router = box_find(c->s, c->req->what, e);
	const struct trust_entry *entry;

	if (router != NONE) {
		c->router = &c->s->routers.v[router];
		c->id = c->router->unique_id ? c->router->unique_id : "";
		c->name = box_name(c->a, c->router);
		return trust_is_id(c->id) ? 0 : err_set(e, -ENODEV, "%s has no unique id by which it could be known again", c->name);
	}
	if (e->code)
		return e->code;
	c->id = find_absent(c, c->req->what, e);
	if (!c->id && !e->code && trust_is_id(c->req->what))
		c->id = c->req->what;
	if (!c->id)
		return err_set(e, -ENODEV, "no box '%s' is plugged in or known; 'gpubay trust list' shows them, and a whole unique id "
					   "can be given before the box is there", c->req->what);
	entry = trust_rules_find(&c->t->rules, c->id);
	c->name = entry && *entry->label ? entry->label : c->id;
	return 0;
}

/* The bolt calls run in a child of their own connection: they may take as long as a person takes to answer polkit. */
struct bolt_job {
	const char *id, *policy;
	int (*call)(struct bolt *b, const struct bolt_job *job, struct err *e);
};

static int call_enroll(struct bolt *b, const struct bolt_job *job, struct err *e)
{
	return bolt_enroll(b, job->id, job->policy, BOLT_CALL_MS, e);
}

static int call_authorize(struct bolt *b, const struct bolt_job *job, struct err *e)
{
	return bolt_authorize(b, job->id, BOLT_CALL_MS, e);
}

static int call_forget(struct bolt *b, const struct bolt_job *job, struct err *e)
{
	return bolt_forget(b, job->id, BOLT_CALL_MS, e);
}

static int run_job(void *arg, struct err *e)
{
	const struct bolt_job *job = arg;
	struct bolt *b CLEANUP(bolt_freep) = NULL;
	int r = bolt_open(&b, false, BOLT_OPEN_MS, e);

	if (r >= 0 && r != BOLT_RUNS)
		r = err_set(e, -ECONNRESET, "bolt is gone: 'systemctl status bolt' tells why, then try again");
	return r < 0 ? r : job->call(b, job, e);
}

static void told(struct change *c, int r, const struct err *e, const char *detail)
{
	if (r < 0)
		steps_end(&c->st, r == -ETIMEDOUT ? STEP_RESULT_HUNG : STEP_RESULT_FAILED, arena_str(c->a, e->text), NULL);
	else
		steps_end(&c->st, STEP_RESULT_DONE, detail, NULL);
}

static int through_bolt(struct change *c, const char *step, const struct bolt_job *job, const char *what)
{
	struct err e = {0};
	int r;

	steps_begin(&c->st, "%s", step);
	r = effects_child(c->st.fx, what, run_job, (void *)job, BOLT_OPEN_MS + BOLT_CALL_MS, &e);
	told(c, r, &e, NULL);
	if (r < 0)
		steps_conclude(&c->st, VERDICT_FAILED, arena_str(c->a, e.text), NULL);
	return r;
}

static void say_manager(struct change *c)
{
	if (c->t->manager == BOLT_RUNS)
		steps_tell(&c->st, "manager", STEP_RESULT_DONE, "bolt runs: it lets in and remembers, gpubay asks it", NULL);
	else if (c->t->manager_note)
		steps_tell(&c->st, "manager", STEP_RESULT_SKIPPED,
			   arena_printf(c->a, "%s; gpubay's own list is used", c->t->manager_note), NULL);
}

/* Names the box; an IOMMU or key that is asked for where there is none is said, and the entry made all the same. */
static void say_box(struct change *c)
{
	const struct tb_domain *d = c->router ? box_domain(c->s, c->router) : NULL;

	steps_tell(&c->st, arena_printf(c->a, "box %s", c->router ? c->router->name : c->id), STEP_RESULT_DONE,
		   arena_printf(c->a, "%s%s", c->router ? c->name : "not plugged in now",
				d ? arena_printf(c->a, ", %s, security level %s", d->name, enum_name(&tb_security_tab, d->security)) : ""),
		   NULL);
	if (!d || c->req->action != TRUST_ADD)
		return;
	if (d->security == TB_SECURITY_NONE)
		steps_tell(&c->st, "security level", STEP_RESULT_SKIPPED, "at the level 'none' every box is let in, listed or not",
			   check_row_find("GB6003")->remedy);
	if (FIELD_KNOWN(d, tb_domain, iommu_dma_protection) && !d->iommu_dma_protection)
		steps_tell(&c->st, "IOMMU", STEP_RESULT_SKIPPED,
			   c->req->iommu ? "does not confine it here: it is not let in before that is mended"
					 : "does not confine it: let in, it can read and write all memory",
			   check_row_find("GB6004")->remedy);
}

static void add_to_bolt(struct change *c)
{
	const struct tb_domain *d = c->router ? box_domain(c->s, c->router) : NULL;
	struct bolt_job job = {.id = c->id, .policy = c->req->iommu ? "iommu" : "auto",
			       .call = c->req->once ? call_authorize : call_enroll};

	if (c->req->key && (!d || d->security != TB_SECURITY_SECURE)) {
		steps_conclude(&c->st, VERDICT_REFUSED, "bolt keeps keys itself, at the security level 'secure' and at no other",
			       "leave --key out");
		return;
	}
	if (!c->router && !bolt_find(&c->t->devices, c->id)) {
		steps_conclude(&c->st, VERDICT_REFUSED, "bolt enrolls only boxes that it has seen", "plug the box in, then try again");
		return;
	}
	if (through_bolt(c, c->req->once ? "authorize" : "enroll", &job,
			 c->req->once ? "authorized by bolt for this time" : arena_printf(c->a, "enrolled in bolt, policy %s", job.policy)) == 0)
		steps_conclude(&c->st, VERDICT_CHANGED,
			       arena_printf(c->a, "%s is %s", c->name, c->req->once ? "let in for this time" : "let in, now and each time"), NULL);
}

/* The list as it is now, under its lock, with one entry taken out and one put in. */
static int rewrite(struct change *c, const struct trust_entry *add, struct err *e)
{
	struct statefile f CLEANUP(statefile_close) = {.lock = -1};
	struct buf old CLEANUP(buf_free) = BUF_NULL, fresh CLEANUP(buf_free) = BUF_NULL;
	const struct trust_entry *had;
	struct trust_file now;
	int r = c->st.fx->dry ? 0 : statefile_open(&f, TRUST_FILE, e);

	f.path = TRUST_FILE;
	if (r == 0)
		r = statefile_read(&f, &old, e);
	if (r == 0)
		r = trust_file_parse(TRUST_FILE, old.p ? old.p : "", old.n, c->a, &now, e);
	if (r < 0)
		return r;
	had = trust_file_find(&now, c->id);
	trust_file_cut(old.p ? old.p : "", old.n, had ? had->line : 0, &fresh);
	if (add)
		trust_file_print(add, &fresh);
	if (fresh.n > TRUST_FILE_MAX || (add && !had && now.entries.n >= TRUST_ENTRIES_MAX))
		return err_set(e, -E2BIG, "'%s' is full: remove boxes that are gone", TRUST_FILE);
	if (!fresh.p)
		buf_adds(&fresh, "");
	return effects_file(c->st.fx, TRUST_FILE, &fresh, 0644, e);
}

static int change_list(struct change *c, const struct trust_entry *add)
{
	struct err e = {0};
	int r;

	steps_begin(&c->st, "%s " TRUST_FILE, add ? "put on the list" : "take off the list");
	steps_path(&c->st, TRUST_FILE);
	r = rewrite(c, add, &e);
	told(c, r, &e, NULL);
	if (r < 0)
		steps_conclude(&c->st, VERDICT_FAILED, arena_str(c->a, e.text), NULL);
	return r;
}

static void add_to_list(struct change *c)
{
	struct trust_entry entry = {.unique_id = c->id, .once = c->req->once, .iommu = c->req->iommu, .key = c->req->key,
				    .label = c->router ? c->name : ""};

	if (change_list(c, &entry) == 0)
		steps_conclude(&c->st, VERDICT_CHANGED,
			       arena_printf(c->a, "%s may be let in%s", c->name, entry.once ? " one time" : ""),
			       c->router && !c->router->authorized ? arena_printf(c->a, "gpubay attach %s", c->router->name) : NULL);
}

static void remove_box(struct change *c)
{
	const struct bolt_device *d = bolt_find(&c->t->devices, c->id);
	const struct trust_rule *rule = trust_rules_profiled(&c->t->rules, c->id);
	bool listed = trust_rules_listed(&c->t->rules, c->id), stored = d && d->stored;
	struct bolt_job job = {.id = c->id, .call = call_forget};

	if (rule && !listed && !stored) {
		steps_conclude(&c->st, VERDICT_REFUSED, arena_printf(c->a, "line %u of %s allows %s", rule->line, PROFILE_FILE, c->name),
			       "take it out there: gpubay does not change the profile");
		return;
	}
	if (!listed && !stored) {
		steps_conclude(&c->st, VERDICT_REFUSED, arena_printf(c->a, "%s is not trusted: there is nothing to take back", c->name), NULL);
		return;
	}
	if (stored && through_bolt(c, "forget", &job, "forgotten by bolt") < 0)
		return;
	if (listed && change_list(c, NULL) < 0)
		return;
	if (key_forget(c->st.fx, c->id) < 0) {
		steps_conclude(&c->st, VERDICT_FAILED, "the key that is kept for it could not be removed", "rm " KEYS_FOLDER "/*");
		return;
	}
	if (rule) {
		steps_conclude(&c->st, VERDICT_CHANGED, arena_printf(c->a, "line %u of %s still allows %s", rule->line, PROFILE_FILE, c->name),
			       "take it out there: gpubay does not change the profile");
		return;
	}
	steps_conclude(&c->st, VERDICT_CHANGED, arena_printf(c->a, "%s is not let in any more", c->name),
		       c->router && c->router->authorized ? "it stays in until it is ejected or unplugged: gpubay eject" : NULL);
}

int trust_change(const struct trust_request *req, const struct trust *t, const struct snapshot *s, struct effects *fx,
		 const struct swap_listener *tell, struct outcome *out, struct err *e)
{
	struct change c = {.req = req, .t = t, .s = s, .a = fx->a};
	int r = find_box(&c, e);

	if (r < 0)
		return r;
	FIELD_SET(out, outcome, verb, req->action == TRUST_ADD ? "trust add" : "trust remove");
	FIELD_SET(out, outcome, subject, c.id);
	steps_init(&c.st, c.a, fx, out, tell);
	say_box(&c);
	say_manager(&c);
	if (req->action == TRUST_REMOVE)
		remove_box(&c);
	else if (t->manager == BOLT_RUNS)
		add_to_bolt(&c);
	else
		add_to_list(&c);
	return 0;
}

static int remember_used(const struct trust_entry *entry, struct effects *fx, struct err *e)
{
	struct statefile f CLEANUP(statefile_close) = {.lock = -1};
	struct buf ids CLEANUP(buf_free) = BUF_NULL;
	int r = fx->dry ? 0 : statefile_open(&f, TRUST_USED, e);

	f.path = TRUST_USED;
	if (r == 0)
		r = statefile_read(&f, &ids, e);
	buf_addf(&ids, "%s\n", entry->unique_id);
	return r < 0 ? r : effects_file(fx, TRUST_USED, &ids, 0644, e);
}

int trust_use_up(const struct trust_entry *entry, struct effects *fx, struct err *e)
{
	struct change c = {.a = fx->a, .id = entry->unique_id, .st = {.fx = fx}};

	return str_eq(entry->file, TRUST_FILE) ? rewrite(&c, NULL, e) : remember_used(entry, fx, e);
}
