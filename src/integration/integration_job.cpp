#include "integration/integration_job.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "connector/error.h"
#include "export_files/export_files.h"
#include "export_files/settings.h"
#include "integration/basic.h"
#include "integration/cloud_listener.h"
#include "integration/definition.h"
#include "integration/integration_source.h"
#include "integration/secrets.h"
#include "log/prefixed.h"
#include "log/rate_limited.h"
#include "mapping/field_spec.h"
#include "mapping/template_mapping.h"
#include "platform/files.h"
#include "platform/limits.h"
#include "sync/history_listener.h"
#include "sync/metrics_listener.h"
#include "sync/progress.h"
#include "sync/sync.h"
#include "sync/undelivered.h"
#include "text/text.h"
#include "text/values.h"

namespace connector::integration {
namespace {

constexpr std::size_t shortest_secret_input = 6;

std::string title(const Identity& identity) {
  return fmt::format("integration {} ({})", identity.name, identity.service);
}

/// Whether a section gives what is this machine's alone.
bool holds_secrets(const Section& section) {
  return std::any_of(section.entries.begin(), section.entries.end(), [](const Entry& entry) {
    const bool is_secret =
        entry.key == "local_inputs" || entry.key == "saas_authorization" || entry.key == "vault_keys";
    return is_secret && !trimmed(entry.value).empty();
  });
}

/// The cloud's mapping with the ini's over it, key by key.
Json merged_fields(Json cloud, const Json& ini) {
  for (const auto& [field, specification] : ini.items()) overlay_specification(cloud[field], specification);
  return cloud;
}

/// From a configuration of the cloud to its job.
class IntegrationJob {
 public:
  IntegrationJob(const Json& configuration, const IntegrationContext& context, const std::stop_token& stop)
      : configuration_(configuration),
        context_(context),
        stop_(stop),
        identity_(identify(configuration)),
        templates_(context.template_workers),
        scope_(templates_),
        log_(log_for("managed", title(identity_) + ": ")),
        records_log_(rate_limited(log_)),
        portion_(random_uuid()),
        listener_(identity_, portion_, log_),
        history_(context.history, identity_.section(), "managed", faults_),
        metrics_(context.metrics, identity_.section()) {}

  void run() {
    history_.started();
    expect_runs(context_.metrics, context_.history, identity_.section());
    if (!context_.testmode) listener_.tell(&context_.cloud);
    try {
      const std::shared_ptr<const Configuration> ini = context_.configuration();
      if (identity_.is_reports_service) return fetch_reports(*ini);
      prepare(*ini);
      if (!context_.testmode) listener_.tell(&cloud());
      render_inputs();
      sync();
    } catch (const std::exception& error) {
      log_.error("sync failed: {}", reason(error));
      listener_.failed(reason(error));
      tell_end(reason(error));
    }
    tell_where_secrets_went();
  }

 private:
  // ---- before the first call of the source

  Log log_for(const std::string& logger, const std::string& prefix) const {
    return prefixed(log_with(secrets_, context_.logging.logger(connector_logger_name(logger))), prefix);
  }

  SettingsContext settings_context(const Configuration& ini) const {
    return {.variables = ini.variables, .fetch_secrets = context_.fetch_secrets, .log = log_};
  }

  void prepare(const Configuration& ini) {
    const Section* section = ini.find(identity_.section());
    identity_ = identify(configuration_, section);
    listener_.identify_as(identity_);
    definition_ = read(configuration_, section, settings_context(ini), context_.testmode);
    hide_secrets();
    reach_ = reach_of(section);
    log_.info("sync started");  // as soon as its secrets are hidden: the name may hold one
    compile_filter();
    const Json mapping =
        definition_.settings.use_server_map ? context_.cloud.managed_mapping(identity_.service) : Json(Json::object());
    fields_ = merged_fields(mapping, definition_.mapping);
    choose_cloud(definition_.cloud_token);
  }

  void fetch_reports(const Configuration& ini) {
    const ReportsConfiguration reports =
        reports_configuration(configuration_, ini.find(identity_.section()), settings_context(ini),
                              context_.reports_folder, context_.testmode);
    log_.info("sync started");
    choose_cloud(reports.cloud_token);
    reach_ = {.hosts = {}, .loopback = context_.reach.loopback};  // the files' addresses are Oomnitza's to choose
    const Http http = source_http(reports.tls());
    const bool all_well = run_reports(reports, cloud(), http,
                                      {.testmode = context_.testmode,
                                       .state_file = context_.options.state_folder / state_file_name,
                                       .max_size = context_.max_report_size,
                                       .log = log_,
                                       .stop = stop_});
    log_.info("sync ended{}", all_well ? "" : " with failures");
    tell_end(all_well ? "" : "some reports could not be stored");
  }

  /// Of a run that had no job.
  void tell_end(const std::string& error) {
    Summary summary;
    summary.error = error;
    history_.ended(summary);
    metrics_.ended(summary);
  }

  /// Where the calls may go. Secrets of this machine that go along are told of where no list keeps them together.
  Reach reach_of(const Section* section) {
    const HostList& own = definition_.settings.allow_hosts;
    Reach reach{.hosts = own.empty() ? context_.reach.hosts : own, .loopback = context_.reach.loopback};
    takes_secrets_anywhere_ = reach.hosts.empty() && section != nullptr && holds_secrets(*section);
    if (takes_secrets_anywhere_) {
      reach.note = [this](const std::string& host) {
        if (!is_this_machine(host)) context_.called_hosts.note(identity_.section(), host);
      };
    }
    return reach;
  }

  void tell_where_secrets_went() const {
    if (!takes_secrets_anywhere_) return;
    const std::string hosts = context_.called_hosts.take_news(identity_.section());
    if (hosts.empty()) return;
    log_.warning(
        "Oomnitza chose where the secrets of section [{}] go: {}. List the hosts that may have them: allow_hosts = {}",
        identity_.section(), hosts, hosts);
  }

  /// A session with the source.
  Http source_http(const TlsSettings& tls) const {
    Http http(tls, records_log_, stop_, AfterStop::refuse, context_.timing);
    http.keep_to(reach_);
    http.observe(context_.observer);
    return http;
  }

  void hide_secrets() {
    if (const auto* given = std::get_if<StaticAuthorization>(&definition_.authorization)) {
      for (const auto& [name, value] : given->headers) secrets_->hide(value);
      for (const auto& [name, value] : given->params) secrets_->hide(value);
    }
    if (const auto* session = std::get_if<SessionAuthorization>(&definition_.authorization)) hide_literals(*session);
    secrets_->hide_texts(definition_.local_inputs, shortest_secret_input);
  }

  /// The address of the login is no secret, its body and parameters may hold some.
  void hide_literals(const SessionAuthorization& session) {
    secrets_->hide_literals(session.call.body);
    for (const auto* fields : {&session.call.params, &session.params}) {
      for (const NamedTemplate& field : *fields) secrets_->hide_literals(field.value);
    }
    for (const auto* fields : {&session.call.headers, &session.headers}) {
      for (const NamedTemplate& field : *fields) {
        const std::string name = lower_case(field.name);
        if (!name.starts_with("content-") && !name.starts_with("accept")) secrets_->hide_literals(field.value);
      }
    }
  }

  void compile_filter() {
    if (definition_.recordfilter.empty()) return;
    inline_code_ = context_.make_inline_code(log_);
    filter_ = {.code = inline_code_.get(),
               .function = inline_code_->add_filter(definition_.section.name, definition_.recordfilter,
                                                    definition_.recordfilter_origin)};
  }

  /// Records and outcomes are told with the sync's own token.
  void choose_cloud(const CloudToken& own) {
    const Secret token = own.id.empty() ? own.token : context_.cloud.token(own.id);
    if (token.empty() || context_.cloud.has_token(token)) return;
    secrets_->hide(token.value);
    own_cloud_ = context_.cloud.with_token(token, rate_limited(log_for("oomnitza", title(identity_) + ": ")));
  }

  const Oomnitza& cloud() const { return own_cloud_ ? *own_cloud_ : context_.cloud; }

  void render_inputs() {
    scope_.variables.set_lazily("GlobalSetting", [&main = context_.cloud] { return main.global_variables(); });
    for (const Input& input : definition_.inputs) catalog_inputs_[input.name] = scope_.text(input.value);
    inputs_ = catalog_inputs_;
    for (const auto& [name, value] : definition_.local_inputs.items()) inputs_[name] = value;
    scope_.set("inputs", inputs_);
  }

  // ---- the job

  void sync() {
    const std::unique_ptr<Connector> source = make_source();
    source->http = source_http(source->tls());
    source->http.keep_within(limits_);
    source->log = records_log_;
    source->stop = stop_;
    source->workers = limits_.in_flight;
    source->all_attributes = true;  // what the mapping's templates read is not known
    TemplateMapping mapping(mapping_spec(), templates_, filter_, faults_);
    const std::unique_ptr<Sink> sink = make_sink();
    std::unique_ptr<ProcessLock> kept;
    if (!context_.testmode) {
      const std::filesystem::path& state = context_.options.state_folder;
      kept = lock_kept_payloads(state, definition_.section.name, log_, stop_);
      finalize_left_portions(state, definition_.section.name, log_,
                             [this](const std::string& portion) { cloud().finalize(portion); });
    }
    LogListener log_listener(log_);
    ProgressListener progress(definition_.section.name, context_.logging.console(), log_);
    const auto* described = dynamic_cast<const IntegrationSource*>(source.get());
    connector::run({.name = definition_.section.name,
                    .connector = *source,
                    .mapping = mapping,
                    .envelope = envelope(),
                    .sink = *sink,
                    .options = run_options(),
                    .log = records_log_,
                    .faults = faults_,
                    .listeners = {&progress, &log_listener, &listener_, &history_, &metrics_},
                    .delivers_failure = true,
                    .sends_records = !is_custom_test(),
                    .is_empty_run = [&] { return described != nullptr && described->found_nothing(); }});
    faults_.report();
  }

  std::unique_ptr<Connector> make_source() {
    if (!definition_.basic_connector.empty()) return make_basic_source();
    return std::make_unique<IntegrationSource>(
        SourceContext{.definition = definition_,
                      .scope = scope_,
                      .cloud = context_.cloud,
                      .secrets = secrets_,
                      .response_file = context_.save_data / safe_name(log_.redact(identity_.name) + ".json")});
  }

  std::unique_ptr<Connector> make_basic_source() {
    Http http = source_http(definition_.settings.tls());
    const Sender sender(http, records_log_);
    const std::unique_ptr<Authorizer> authorizer =
        make_authorizer(definition_.authorization, {.sender = sender, .cloud = context_.cloud, .secrets = *secrets_});
    Json headers = Json::object();
    for (const auto& [name, value] : authorizer->credentials({}, scope_).headers) {
      secrets_->hide(value);
      headers[name] = value;
    }
    const EnvironmentVariables no_variables;
    ConnectorSection section = make_basic_connector(definition_, inputs_, headers, context_.plugins,
                                                    {.variables = no_variables, .fetch_secrets = {}, .log = log_});
    limits_ = limits_of(*section.plugin, context_.options.workers);
    return std::move(section.connector);
  }

  bool is_custom_test() const { return definition_.is_custom_test() && definition_.basic_connector.empty(); }

  /// A custom test run saves what came and sends nothing.
  std::unique_ptr<Sink> make_sink() const {
    if (context_.testmode || is_custom_test()) return std::make_unique<PrintSink>(log_);
    return std::make_unique<OpenPortionSink>(
        cloud(), context_.open_portions, portion_, title(identity_),
        std::make_shared<BegunPortion>(context_.options.state_folder, definition_.section.name, portion_, log_));
  }

  RunOptions run_options() const {
    RunOptions options = context_.options;
    options.record_limit = definition_.is_test ? test_records : 0;
    if (!options.save_folder.empty()) options.save_folder /= safe_name(definition_.section.name);
    return options;
  }

  PayloadEnvelope envelope() const {
    const ManagedSettings& settings = definition_.settings;
    return {.portion = portion_,
            .connector_name = {},
            .connector_id = identity_.id,
            .data_type = definition_.data_type,
            .sync_field = settings.sync_field,
            .insert_only = settings.insert_only,
            .update_only = settings.update_only,
            .test_run = settings.test_run,
            .multi_str_input_value = identity_.multi_str};
  }

  TemplateMappingSpec mapping_spec() const {
    TemplateMappingSpec spec{.fields = fields_,
                             .extras = {},
                             .catalog_input = [this](const std::string& name) { return member(catalog_inputs_, name); },
                             .credential_name = [this] { return credential_name(); }};
    if (definition_.software) spec.extras.emplace_back("APPLICATIONS");
    if (definition_.saas) spec.extras.emplace_back("SAAS");
    return spec;
  }

  Json credential_name() const {
    const auto* credential = std::get_if<CredentialAuthorization>(&definition_.authorization);
    if (credential == nullptr) return nullptr;
    try {
      return at(context_.cloud.credential(credential->id), "name");
    } catch (const std::exception& error) {
      log_.warning("could not fetch the credential's name: {}", error.what());
      return nullptr;
    }
  }

  const Json& configuration_;
  const IntegrationContext& context_;
  const std::stop_token stop_;
  Identity identity_;
  Templates templates_;
  Scope scope_;
  const std::shared_ptr<Secrets> secrets_ = std::make_shared<Secrets>();
  const Log log_;
  const Log records_log_;  ///< for what each page, item or record may say
  const std::string portion_;
  const Faults faults_{log_};
  CloudListener listener_;
  HistoryListener history_;
  MetricsListener metrics_;
  Definition definition_;
  Reach reach_;
  bool takes_secrets_anywhere_ = false;
  std::unique_ptr<InlineCode> inline_code_;
  RecordFilter filter_;
  Json fields_;
  RateLimits limits_{.in_flight = context_.options.workers};
  std::optional<Oomnitza> own_cloud_;
  Json catalog_inputs_ = Json::object();  ///< the cloud's, rendered
  Json inputs_ = Json::object();          ///< with the local ones over them
};

}  // namespace

void run_integration(const Json& configuration, const IntegrationContext& context,
                     const std::stop_token& stop) noexcept {
  const Log log = context.logging.logger(connector_logger_name("managed"));
  try {
    IntegrationJob(configuration, context, stop).run();
  } catch (const Stopped&) {
    log.warning("a sync did not start: shutting down");
  } catch (const std::exception& error) {
    log.error("a sync failed: {}", error.what());
  }
}

}  // namespace connector::integration
