#include "state/schema.h"

#include <array>

namespace connector {
namespace {

// How far reports were fetched. media_storage_state is the Python connector's table, which may be there already.
constexpr const char* reports = R"(
CREATE TABLE IF NOT EXISTS media_storage_state (data_source_type text NOT NULL, data_source_id text NOT NULL,
  creation_date int NOT NULL, PRIMARY KEY (data_source_type, data_source_id));
CREATE TABLE IF NOT EXISTS media_storage_done (data_source_type text NOT NULL, data_source_id text NOT NULL,
  uid text NOT NULL, creation_date int NOT NULL, PRIMARY KEY (data_source_type, data_source_id, uid));
CREATE TABLE IF NOT EXISTS stored_reports (file text NOT NULL PRIMARY KEY, uid text NOT NULL);
)";

// Every run of a section or integration; times in milliseconds since 1970. What is known at its end is NULL before.
constexpr const char* runs = R"(
CREATE TABLE runs (id integer PRIMARY KEY, name text NOT NULL, started_by text NOT NULL, process text NOT NULL,
  started int NOT NULL, ended int, outcome text, error text, faults text,
  pulled int, filtered_out int, skipped int, failed int, delivered int, undelivered int, not_sent int,
  parts_missing int);
CREATE INDEX runs_by_name ON runs (name, started);
CREATE INDEX runs_by_start ON runs (started);
)";

// Webhooks that were accepted and not worked off. A record waits once.
constexpr const char* inbox = R"(
CREATE TABLE inbox (number integer PRIMARY KEY, section text NOT NULL, key text NOT NULL, UNIQUE (section, key));
)";

constexpr std::array all = {reports, runs, inbox};

}  // namespace

std::span<const char* const> migrations() {
  return all;
}

}  // namespace connector
