# ruff: noqa: S608 - statements of a test, made of its own constants
"""What no constraint, no actor and no law would let pass, done by hand: each breaks one invariant.

By name: the invariant, the statements (each changes one row), and a part of each sentence that is found
(None: some).
"""

from fittrack.check.findings import Invariant

A_BEACON = '{"chain": "aa", "round": 1, "signature": "00", "had_at": "2026-07-08T19:00:00Z"}'
STRANGER = "x'000000000000000000000000000000ff'"

DRAWN = "(SELECT drawing_id FROM drawings WHERE name = 'Drawn')"
ON_SALE = "(SELECT drawing_id FROM drawings WHERE name = 'On sale')"
ANN = "(SELECT user_id FROM profiles WHERE display_name = 'Ann')"
CAL = "(SELECT user_id FROM profiles WHERE display_name = 'Cal')"
LAST_ENTRY = f"user_id = {ANN} AND seq = (SELECT max(seq) FROM ledger WHERE user_id = {ANN})"
ANNS_ENTRY = f"drawing_id = {ON_SALE} AND user_id = {ANN} AND kind = 'purchase'"
FIRST_PRIZE = "SELECT fulfillment_id FROM fulfillments WHERE draw_order = 1"
REFUNDED = f"(SELECT subject_id FROM effect_receipts WHERE kind = 'refund' AND user_id = {ANN})"


def spent_on_sale(column: str) -> str:
    """A change to the ledger entry of Ann's tickets that are on sale."""
    entry = f"(SELECT unit_id FROM drawing_log WHERE {ANNS_ENTRY})"
    return f"UPDATE ledger SET {column} WHERE transaction_id = {entry}"


def evidence(entry: str) -> str:
    """Evidence for an entry, given as the rest of a SELECT from the drawings' log."""
    return (
        "INSERT INTO free_entries "
        "(evidence_key, drawing_id, unit_id, user_id, ticket_count, recorded_by, created_at) "
        f"SELECT 'FORGED', drawing_id, unit_id, user_id, ticket_count, user_id, created_at {entry}"
    )


FREE = "WHERE evidence_key = 'CARD 1'"

Corruption = tuple[Invariant, list[str], list[str] | None]

CORRUPTIONS: dict[str, Corruption] = {
    "an account under review that nobody reviews": (
        Invariant.REVIEWS,
        [f"UPDATE users SET under_review = 1 WHERE user_id = {ANN}"],
        ["no review of it is open or confirmed"],
    ),
    "a review that its account does not know of": (
        Invariant.REVIEWS,
        ["UPDATE account_reviews SET status = 'open', resolved_at = NULL"],
        ["is open, but it is not said"],
    ),
    "a decision without its instant": (
        Invariant.REVIEWS,
        ["UPDATE account_reviews SET resolved_at = NULL"],
        ["is cleared and its decision is not"],
    ),
    "an appeal of somebody else": (
        Invariant.REVIEWS,
        [f"UPDATE review_appeals SET user_id = {ANN}"],
        ["is somebody else's"],
    ),
    "an appeal without its answer": (
        Invariant.REVIEWS,
        ["UPDATE review_appeals SET answer = NULL"],
        ["is answered by half"],
    ),
    "two primary trackers": (
        Invariant.TRACKERS,
        [
            "INSERT INTO tracker_connections (connection_id, user_id, provider, is_primary, sync_status, "
            f"sync_failures, created_at, updated_at) VALUES ({STRANGER}, {ANN}, 'fitbit', 1, 'idle', 0, 1, 1)"
        ],
        ["2 trackers are the primary one"],
    ),
    "a tracker of somebody who left": (
        Invariant.TRACKERS,
        [f"UPDATE users SET status = 'deleted' WHERE user_id = {ANN}"],
        ["has 1 trackers"],
    ),
    "a tracker that is fetched without a token": (
        Invariant.TRACKERS,
        [f"UPDATE tracker_connections SET next_due_at = 1 WHERE user_id = {ANN}"],
        ["to be fetched without a token"],
    ),
    "a balance that does not follow": (
        Invariant.LEDGER,
        [f"UPDATE ledger SET balance_after = balance_after + 1 WHERE {LAST_ENTRY}"],
        ["turns"],
    ),
    "a balance below zero": (
        Invariant.LEDGER,
        [f"UPDATE ledger SET balance_after = -1 WHERE {LAST_ENTRY}"],
        ["turns", "leaves a balance of -1"],
    ),
    "a gap in a ledger": (
        Invariant.LEDGER,
        [f"UPDATE ledger SET seq = seq + 1 WHERE {LAST_ENTRY}"],
        ["follows entry"],
    ),
    "an expiry that gives": (
        Invariant.LEDGER,
        [f"UPDATE ledger SET transaction_type = 'expire' WHERE {LAST_ENTRY}"],
        ["has the type expire and the amount 500"],
    ),
    "a unit with another predecessor": (
        Invariant.LOGS,
        [f"UPDATE user_log SET prev_unit = {STRANGER} WHERE user_id = {ANN} AND rev = 3"],
        ["unit 3 was written after"],
    ),
    "a unit behind one of another player's": (
        Invariant.LOGS,
        [
            "UPDATE user_log SET prev_unit = (SELECT max(unit_id) FROM user_log "
            f"WHERE user_id <> {ANN}) WHERE user_id = {ANN} AND rev = 3"
        ],
        ["unit 3 was written after"],
    ),
    "a unit that is gone": (
        Invariant.LOGS,
        [f"DELETE FROM drawing_log WHERE drawing_id = {ON_SALE} AND rev = 2"],
        ["unit 3 follows unit 1", "unit 3 was written after"],
    ),
    "a notification that is gone": (
        Invariant.LOGS,
        [
            f"UPDATE inbox SET seq = 99 WHERE user_id = {ANN} AND seq = (SELECT max(seq) FROM inbox i "
            f"WHERE i.user_id = {ANN})"
        ],
        ["notification 99 follows notification"],
    ),
    "a key with two units": (
        Invariant.KEYS,
        [
            f"UPDATE user_log SET idem_key = (SELECT idem_key FROM user_log l WHERE l.user_id = {ANN} "
            f"AND l.kind = 'activities' AND l.idem_key IS NOT NULL) WHERE user_id = {ANN} "
            f"AND unit_id = (SELECT unit_id FROM drawing_log WHERE {ANNS_ENTRY})"
        ],
        ["has the units"],
    ),
    "a key without an answer": (
        Invariant.KEYS,
        [f"UPDATE user_log SET answer = NULL WHERE user_id = {CAL} AND kind = 'refused'"],
        ["no answer to give"],
    ),
    "a spend for nothing": (
        Invariant.PURCHASES,
        [spent_on_sale(f"transaction_id = {STRANGER}")],
        ["was paid 0 times", "spends 300 for no entry"],
    ),
    "a price that is not that of the tickets": (
        Invariant.PURCHASES,
        [f"UPDATE drawing_log SET ticket_count = 4 WHERE {ANNS_ENTRY}"],
        ["costs 400 points, 300 were paid"],
    ),
    "a purchase that pays for another drawing": (
        Invariant.PURCHASES,
        [spent_on_sale("reference_id = 'another'")],
        ["was paid as one of drawing another"],
    ),
    "a free entry that was paid for": (
        Invariant.PURCHASES,
        [
            evidence(f"FROM drawing_log WHERE {ANNS_ENTRY}"),
            f"UPDATE drawing_log SET kind = 'free_entry' WHERE {ANNS_ENTRY}",
        ],
        ["is free, but 300 points were paid"],
    ),
    "a purchase that its player's log does not know": (
        Invariant.PURCHASES,
        [
            f"UPDATE user_log SET kind = 'inbox_read' WHERE user_id = {ANN} "
            f"AND unit_id = (SELECT unit_id FROM drawing_log WHERE {ANNS_ENTRY})"
        ],
        ["is missing in the player's log"],
    ),
    "a purchase that its drawing's log does not know": (
        Invariant.PURCHASES,
        [f"UPDATE user_log SET kind = 'purchase' WHERE user_id = {CAL} AND kind = 'refused'"],
        ["made no entry"],
    ),
    "a free entry without evidence": (
        Invariant.FREE_ENTRIES,
        [f"DELETE FROM free_entries {FREE}"],
        ["has no evidence"],
    ),
    "evidence of more than was entered": (
        Invariant.FREE_ENTRIES,
        [f"UPDATE free_entries SET ticket_count = 3 {FREE}"],
        ["is for another entry"],
    ),
    "evidence for what was bought": (
        Invariant.FREE_ENTRIES,
        [evidence(f"FROM drawing_log WHERE {ANNS_ENTRY}")],
        ["which is no free entry"],
    ),
    "more free tickets than there are": (
        Invariant.FREE_ENTRIES,
        [f"UPDATE drawings SET free_tickets_per_person = 1 WHERE drawing_id = {ON_SALE}"],
        ["has 2 free tickets, 1 are allowed"],
    ),
    "a text of rules that was changed": (
        Invariant.RULES,
        [f"UPDATE official_rules SET rules_text = x'00' WHERE drawing_id = {ON_SALE}"],
        ["version 1 of its rules is not what was published"],
    ),
    "a version of rules that was never made": (
        Invariant.RULES,
        [f"UPDATE official_rules SET rules_version = 2 WHERE drawing_id = {ON_SALE}"],
        ["it is at version 1 of its rules, and has [2]"],
    ),
    "an entry after the end": (
        Invariant.ENTRIES,
        [
            "INSERT INTO drawing_log "
            "(drawing_id, rev, unit_id, prev_unit, kind, created_at, user_id, ticket_count) "
            f"SELECT l.drawing_id, l.rev + 1, {STRANGER}, l.unit_id, 'free_entry', l.created_at, {ANN}, 1 "
            "FROM drawing_log l JOIN drawings USING (drawing_id) "
            "WHERE status = 'cancelled' AND l.kind = 'cancelled' LIMIT 1",
            evidence(f"FROM drawing_log WHERE unit_id = {STRANGER}"),
        ],
        ["is an entry, though it was cancelled"],
    ),
    "a status that the log does not tell": (
        Invariant.ENTRIES,
        [f"UPDATE drawings SET status = 'scheduled' WHERE drawing_id = {ON_SALE}"],
        ["it is scheduled; its log says open"],
    ),
    "an impossible transition": (
        Invariant.ENTRIES,
        [f"UPDATE drawing_log SET kind = 'completed' WHERE drawing_id = {ON_SALE} AND kind = 'scheduled'"],
        ["makes it completed, though it was draft", "makes it open, though it was completed"],
    ),
    "tickets that were not frozen": (
        Invariant.ENTRIES,
        [f"UPDATE drawings SET total_tickets = 9 WHERE drawing_id = {DRAWN}"],
        ["9 tickets were frozen; its log held 8"],
    ),
    "a drawing that vanished": (
        Invariant.ENTRIES,
        ["DELETE FROM drawings WHERE name = 'Nobody''s'"],
        ["its log says that it is open, but it is not there"],
    ),
    "a refund without a receipt": (
        Invariant.REFUNDS,
        [f"DELETE FROM effect_receipts WHERE kind = 'refund' AND subject_id = {REFUNDED}"],
        ["without a receipt"],
    ),
    "a refund that waits though it was given": (
        Invariant.REFUNDS,
        [
            "INSERT INTO effects (kind, subject_id, user_id, payload, created_at) "
            "SELECT kind, subject_id, user_id, x'7b7d', 0 FROM effect_receipts "
            f"WHERE kind = 'refund' AND subject_id = {REFUNDED}"
        ],
        ["was refunded and its refund still waits"],
    ),
    "a refund that never came": (
        Invariant.REFUNDS,
        ["DELETE FROM effects WHERE kind = 'refund'"],
        ["was refunded 0 times"],
    ),
    "a refund for nothing": (
        Invariant.REFUNDS,
        [f"UPDATE ledger SET transaction_id = {STRANGER} WHERE reference_type = 'refund'"],
        ["was refunded 0 times", "for no entry"],
    ),
    "a refund of another amount": (
        Invariant.REFUNDS,
        ["UPDATE ledger SET amount = 1, balance_after = balance_after - 499 WHERE reference_type = 'refund'"],
        ["cost 500 points, 1 were refunded"],
    ),
    "a refund of what takes place": (
        Invariant.REFUNDS,
        [
            "INSERT INTO effects (kind, subject_id, user_id, payload, created_at) "
            f"SELECT 'refund', unit_id, user_id, x'7b7d', 0 FROM drawing_log WHERE {ANNS_ENTRY}"
        ],
        ["though it was not cancelled"],
    ),
    "a day awarded what it is not worth": (
        Invariant.AWARDS,
        [f"UPDATE user_days SET award_points = 999 WHERE user_id = {ANN} AND day = '2026-07-05'"],
        ["was awarded 999 points, its activities are worth 1000", "is worth 999 points"],
    ),
    "an activity that is gone": (
        Invariant.AWARDS,
        [f"DELETE FROM activities WHERE user_id = {ANN} AND external_id = 'hard-day-3'"],
        None,
    ),
    "points booked and not in the ledger": (
        Invariant.AWARDS,
        [
            f"UPDATE user_days SET booked_points = 1001, forgiven_points = forgiven_points + 1 "
            f"WHERE user_id = {ANN} AND day = '2026-07-05'"
        ],
        ["1001 points are booked for 2026-07-05, the ledger holds 1000"],
    ),
    "points forgiven that were not due": (
        Invariant.AWARDS,
        [f"UPDATE user_days SET forgiven_points = 0 WHERE user_id = {CAL} AND forgiven_points > 0"],
        ["forgiven"],
    ),
    "a run that is not one": (
        Invariant.AWARDS,
        [f"UPDATE user_days SET run = 9 WHERE user_id = {ANN} AND day = '2026-07-05'"],
        ["is day 9 of its run"],
    ),
    "sums of other activities": (
        Invariant.AWARDS,
        [f"UPDATE user_days SET steps = 1 WHERE user_id = {ANN} AND day = '2026-07-05'"],
        ["the sums of 2026-07-05"],
    ),
    "one walk that counts twice": (
        Invariant.AWARDS,
        ["UPDATE activities SET duplicate_of = NULL WHERE duplicate_of IS NOT NULL"],
        ["both count for the same exercise", "was awarded", "the sums of"],
    ),
    "an activity that gives way to nothing": (
        Invariant.AWARDS,
        [f"UPDATE activities SET duplicate_of = {STRANGER} WHERE duplicate_of IS NOT NULL"],
        ["which does not count"],
    ),
    "an activity that gives way to another exercise": (
        Invariant.AWARDS,
        [
            "UPDATE activities SET duplicate_of = (SELECT activity_id FROM activities a "
            f"WHERE a.user_id = {ANN} AND a.external_id = 'hard-day-1') WHERE duplicate_of IS NOT NULL"
        ],
        ["which is of another exercise"],
    ),
    "another ticket that won": (
        Invariant.DRAWS,
        ["UPDATE winners SET winning_ticket_number = winning_ticket_number + 100 WHERE draw_order = 1"],
        ["does not verify (draw)", "does not verify (winners)"],
    ),
    "another person who won": (
        Invariant.DRAWS,
        [f"UPDATE winners SET user_id = {STRANGER} WHERE draw_order = 2"],
        ["the winner in slot 2 is not stored as published", "do not have just"],
    ),
    "a winner that is gone": (
        Invariant.DRAWS,
        ["DELETE FROM winners WHERE draw_order = 2"],
        [
            "does not verify (draw)",
            "does not verify (winners)",
            "1 winners do not have just the 2 fulfilments",
        ],
    ),
    "a root of other entries": (
        Invariant.DRAWS,
        [f"UPDATE drawings SET root = zeroblob(32) WHERE drawing_id = {DRAWN}"],
        None,
    ),
    "a seed that was not promised": (
        Invariant.DRAWS,
        [f"UPDATE drawings SET seed_commit = zeroblob(32) WHERE drawing_id = {DRAWN}"],
        ["its seed is not the one that was committed to"],
    ),
    "a prize that somebody else was to have": (
        Invariant.DRAWS,
        [
            "UPDATE winners SET prize_rank = 7 WHERE draw_order = 1",
        ],
        ["the winner in slot 1 is not stored as published"],
    ),
    "a seed that was opened and never sealed": (
        Invariant.DRAWS,
        [f"UPDATE drawings SET seed = zeroblob(32) WHERE drawing_id = {DRAWN}"],
        ["the seed that was opened is not the one that was sealed"],
    ),
    "a seed that is still closed after the draw": (
        Invariant.DRAWS,
        [f"UPDATE drawings SET seed = NULL WHERE drawing_id = {DRAWN}"],
        ["its seed was opened too early, or is not open yet"],
    ),
    "a beacon that nobody promised": (
        Invariant.DRAWS,
        [f"UPDATE drawings SET beacon = CAST('{A_BEACON}' AS BLOB) WHERE drawing_id = {DRAWN}"],
        ["drand chain None was to decide it by now, aa did"],
    ),
    "entrants that do not enter": (
        Invariant.DRAWS,
        [f"UPDATE drawings SET entrants = 4 WHERE drawing_id = {DRAWN}"],
        ["4 entrants were frozen, 3 hold entries"],
    ),
    "somebody passed over who is not there": (
        Invariant.DRAWS,
        [f"INSERT INTO passed_over (drawing_id, tag, reason) SELECT {DRAWN}, zeroblob(16), 'banned'"],
        ["but holds no entry", "does not verify (passed-over)"],
    ),
    "rules that promised another close": (
        Invariant.DRAWS,
        [f"UPDATE drawings SET ticket_sales_close = ticket_sales_close - 1 WHERE drawing_id = {DRAWN}"],
        ["close and draw are not those of its published rules"],
    ),
    "more prizes than were promised": (
        Invariant.DRAWS,
        [f"UPDATE prizes SET quantity = 2 WHERE drawing_id = {DRAWN} AND rank = 1"],
        ["its prizes are not those of its published rules"],
    ),
    "a draw before its time": (
        Invariant.DRAWS,
        [f"UPDATE drawings SET completed_at = drawing_time - 1 WHERE drawing_id = {DRAWN}"],
        ["before its time"],
    ),
    "a winner who is never told": (
        Invariant.DRAWS,
        [
            "DELETE FROM effect_receipts WHERE subject_id = (SELECT fulfillment_id FROM fulfillments "
            "WHERE draw_order = 1)"
        ],
        ["the winner of prize 1 has 0 notices"],
    ),
    "a prize without its history": (
        Invariant.PRIZES,
        ["DELETE FROM fulfillment_transitions WHERE fulfillment_id = (" + FIRST_PRIZE + ")"],
        ["prize 1 is winner_notified; its history says pending"],
    ),
    "a step that is not allowed": (
        Invariant.PRIZES,
        [
            f"UPDATE fulfillments SET status = 'address_confirmed' WHERE fulfillment_id = ({FIRST_PRIZE})",
            "UPDATE fulfillment_transitions SET to_status = 'address_confirmed' "
            f"WHERE fulfillment_id = ({FIRST_PRIZE})",
        ],
        ["prize 1 went from pending to address_confirmed"],
    ),
    "a prize that was lost for no reason": (
        Invariant.PRIZES,
        [f"UPDATE fulfillments SET forfeit_reason = 'declined' WHERE fulfillment_id = ({FIRST_PRIZE})"],
        ["prize 1 is winner_notified, but not on record as such"],
    ),
    "a delivery that did not take place": (
        Invariant.PRIZES,
        [f"UPDATE fulfillments SET delivered_at = 0 WHERE fulfillment_id = ({FIRST_PRIZE})"],
        ["but not delivered at an instant"],
    ),
    "a timer of what nobody waits for": (
        Invariant.PRIZES,
        [f"UPDATE fulfillments SET next_due_at = 0 WHERE fulfillment_id = ({FIRST_PRIZE})"],
        ["its timer says otherwise"],
    ),
    "a commitment that cannot be read": (
        Invariant.DRAWS,
        [f"UPDATE drawings SET rules = x'7b7d' WHERE drawing_id = {DRAWN}"],
        ["its commitment cannot be read"],
    ),
    "a webhook that is delivered and due": (
        Invariant.WEBHOOKS,
        ["UPDATE webhook_deliveries SET delivered_at = 0"],
        ["2 of due, delivered and given up"],
    ),
    "a webhook without what it says": (
        Invariant.WEBHOOKS,
        ["DELETE FROM webhook_events"],
        ["there is no such message"],
    ),
    "an attempt that was never made": (
        Invariant.WEBHOOKS,
        ["UPDATE webhook_attempts SET attempt = attempt + 1"],
        ["1 attempts were made, and more are on record"],
    ),
    "a figure of a day that nobody can have counted": (
        Invariant.FIGURES,
        ["UPDATE daily_figures SET amount = amount - 1 WHERE day = '2026-07-08' AND measure = 'purchases'"],
        ["purchases of all are kept as"],
    ),
    "a figure that is not kept": (
        Invariant.FIGURES,
        ["DELETE FROM daily_figures WHERE day = '2026-07-07' AND measure = 'minutes' AND dimension = 'all'"],
        ["minutes of all are kept as 0"],
    ),
    "a record that was slipped in": (
        Invariant.AUDIT,
        [
            "INSERT INTO audit_log "
            "(audit_id, action, subject_type, created_at, chain_seq, prev_hash, row_hash) "
            f"SELECT {STRANGER}, action, subject_type, created_at, chain_seq + 1, row_hash, row_hash "
            "FROM audit_log ORDER BY chain_seq DESC LIMIT 1"
        ],
        ["it is not what was sealed"],
    ),
}
