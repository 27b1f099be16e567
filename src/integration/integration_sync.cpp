#include "integration/integration_sync.h"

#include <optional>
#include <utility>

#include "connector/error.h"
#include "export_files/export_files.h"
#include "export_files/settings.h"
#include "integration/authorization.h"
#include "integration/aws.h"
#include "integration/basic.h"
#include "integration/caller.h"
#include "integration/definition.h"
#include "integration/items.h"
#include "integration/paginator.h"
#include "integration/processor.h"
#include "integration/secrets.h"
#include "log/rate_limited.h"
#include "mapping/template_mapping.h"
#include "platform/files.h"
#include "sync/delivery.h"
#include "sync/pipeline.h"

namespace connector::integration {
namespace {

using Records = Pipeline<PulledRecord>;

constexpr std::size_t test_records = 10;
constexpr std::size_t shortest_secret_input = 6;

class BasicEmit final : public Emit {
 public:
  BasicEmit(Records& records, const Log& log, const std::stop_token& stop)
      : records_(records), log_(log), stop_(stop) {}
  void operator()(Record record) const override {
    checkpoint();
    records_.add({.data = std::move(record.data), .applications = {}, .saas = {}, .error = std::move(record.error)});
  }
  void failed(const std::string& what) const override {
    checkpoint();
    log_.error("{}", what);
    records_.fail();
  }
  void incomplete(const std::string& what) const override {
    log_.error("{}", what);
    records_.note_missing_part();
  }
  void checkpoint() const override {
    if (stop_.stop_requested()) throw Stopped();
  }

 private:
  Records& records_;
  const Log& log_;
  const std::stop_token& stop_;
};

class IntegrationSync {
 public:
  IntegrationSync(const Json& configuration, const SyncContext& context, const std::stop_token& stop)
      : configuration_(configuration),
        context_(context),
        stop_(stop),
        identity_(identify(configuration)),
        log_(log_with(secrets_, context.logging.logger(connector_logger_name("managed")))),
        details_log_(rate_limited(log_)),
        portion_(random_uuid()) {}

  void run() {
    const Oomnitza* told = &context_.cloud;
    try {
      if (identity_.is_reports_service) return fetch_reports();
      prepare();
      if (own_cloud_) told = &*own_cloud_;
      render_inputs();
      pull_and_deliver();
    } catch (const ConfigError& error) {
      report_failure(*told, one_line(error));
    } catch (const std::exception& error) {
      report_failure(*told, error.what());
    }
  }

 private:
  // ---- before the first call of the source

  void prepare() {
    const Configuration ini = context_.read_configuration();
    const Section* section = ini.find(identity_.section());
    identity_ = identify(configuration_, section);
    integration_ = read(configuration_, section, settings_context(ini), context_.line.testmode);
    hide_secrets();
    log_start();
    compile_filter();
    specifications_ = merged_mapping(cloud_mapping(), integration_.mapping);
    choose_cloud(integration_.cloud_token.token, integration_.cloud_token.id);
  }

  void fetch_reports() {
    const Configuration ini = context_.read_configuration();
    const bool testmode = context_.line.testmode;
    const ReportsConfiguration reports =
        reports_configuration(configuration_, ini.find(identity_.section()), settings_context(ini), testmode);
    log_start();
    choose_cloud(reports.token, reports.token_id);
    const Http http(reports.tls(), details_log_, stop_);
    const bool all_well =
        run_reports(reports, cloud(), http, {.testmode = testmode, .state_file = context_.line.state_dir / "state.db"},
                    log_, stop_);
    log_.info("integration {} ({}): the sync ends{}", identity_.name, identity_.service,
              all_well ? "" : " with failures");
  }

  SettingsContext settings_context(const Configuration& ini) const {
    return {.variables = ini.variables, .fetch_secrets = context_.fetch_secrets, .log = log_};
  }

  Json cloud_mapping() const {
    if (!integration_.settings.use_server_map) return Json::object();
    return context_.cloud.managed_mapping(identity_.service);
  }

  /// As soon as its secrets are hidden: the name may hold one.
  void log_start() const { log_.info("integration {} ({}): the sync starts", identity_.name, identity_.service); }

  void hide_secrets() {
    if (const auto* given = std::get_if<StaticAuthorization>(&integration_.authorization)) {
      for (const auto& [name, value] : given->headers) secrets_->hide(value);
      for (const auto& [name, value] : given->params) secrets_->hide(value);
    }
    secrets_->hide_texts(integration_.local_inputs, shortest_secret_input);
  }

  void compile_filter() {
    if (integration_.recordfilter.empty()) return;
    inline_code_ = context_.make_inline_code(log_);
    processing_.inline_code = inline_code_.get();
    processing_.record_filter = inline_code_->add_filter(integration_.section.name, integration_.recordfilter,
                                                         integration_.recordfilter_origin);
  }

  /// Records and outcomes are told with the sync's own token.
  void choose_cloud(Secret token, const std::string& token_id) {
    if (!token_id.empty()) token = context_.cloud.token(token_id);
    if (token.empty() || context_.cloud.has_token(token)) return;
    secrets_->hide(token.value);
    own_cloud_ = context_.cloud.with_token(
        token, rate_limited(log_with(secrets_, context_.logging.logger("connectors/oomnitza"))));
  }

  const Oomnitza& cloud() const { return own_cloud_ ? *own_cloud_ : context_.cloud; }

  void render_inputs() {
    variables_.set_lazily("GlobalSetting", [&main = context_.cloud] { return main.global_variables(); });
    for (const Input& input : integration_.inputs) {
      catalog_inputs_[input.name] = context_.templates.render_text(input.value, variables_);
    }
    inputs_ = catalog_inputs_;
    for (const auto& [name, value] : integration_.local_inputs.items()) inputs_[name] = value;
    variables_.set("inputs", inputs_);
  }

  // ---- from the source to the cloud

  void pull_and_deliver() {
    const RunOptions options = run_options();
    std::optional<SaveData> save_data;
    if (!options.save_folder.empty()) save_data.emplace(options.save_folder, log_);
    Delivery delivery(envelope(), integration_.section.name, cloud(), options, save_data ? &*save_data : nullptr,
                      details_log_);
    OpenPortions::Entry open_portion(
        context_.open_portions, portion_, fmt::format("integration {} ({})", identity_.name, identity_.service),
        [cloud = cloud(), portion = portion_, is_told = !options.testmode && !is_custom_test()] {
          if (is_told) cloud.finalize(portion);
        });
    processing_.make_mapping = [this] { return make_mapping(); };
    Processor processor(processing_, delivery, details_log_);
    const auto process = [&](Records::Batch& batch, Payload& payload, connector::Summary& counts) {
      processor.process(batch, payload, counts);
    };
    Records records(process, delivery, options, save_data ? &*save_data : nullptr);
    bool gave_anything = true;
    std::string failure;
    try {
      gave_anything = pull(records, delivery);
    } catch (const Stopped&) {
    } catch (const ConfigError& error) {
      failure = one_line(error);
    } catch (const std::exception& error) {
      if (!stop_.stop_requested()) failure = log_.redact(error.what());
    }
    connector::Summary report = records.finish();
    if (!failure.empty() && report.pulled == 0) throw SourceError(failure);
    if (is_custom_test()) return log_.info("integration {} ({}): the test run ends", identity_.name, identity_.service);
    if (!gave_anything && report.pulled == 0) return report_empty();
    report.interrupted = stop_.stop_requested();
    report.error = failure;
    if (!failure.empty()) delivery.deliver_fatal(failure);
    if (open_portion.take()) delivery.finalize(report);
    log_end(report);
  }

  RunOptions run_options() const {
    const CommandLine& line = context_.line;
    RunOptions options{.workers = line.workers,
                       .batch_size = context_.batch_size,
                       .record_limit = integration_.is_test ? test_records : 0,
                       .testmode = line.testmode,
                       .save_folder = {},
                       .state_folder = line.state_dir};
    if (line.save_data) options.save_folder = std::filesystem::path("save_data") / safe_name(integration_.section.name);
    return options;
  }

  PayloadEnvelope envelope() const {
    const ManagedSettings& settings = integration_.settings;
    return {.portion = portion_,
            .connector_name = {},
            .connector_id = identity_.id,
            .data_type = integration_.data_type,
            .sync_field = settings.sync_field,
            .insert_only = settings.insert_only,
            .update_only = settings.update_only,
            .test_run = settings.test_run,
            .multi_str_input_value = identity_.multi_str};
  }

  std::unique_ptr<RecordMapping> make_mapping() {
    const MappingValues values{.catalog_input = [this](const std::string& name) -> Json {
                                 const auto found = catalog_inputs_.find(name);
                                 return found == catalog_inputs_.end() ? Json() : *found;
                               },
                               .credential_name = [this] { return credential_name(); }};
    return std::make_unique<RecordMapping>(specifications_, integration_.software.has_value(),
                                           integration_.saas.has_value(), values, context_.templates, log_);
  }

  Json credential_name() const {
    const auto* credential = std::get_if<CredentialAuthorization>(&integration_.authorization);
    if (credential == nullptr) return nullptr;
    try {
      return at(context_.cloud.credential(credential->id), "name");
    } catch (const std::exception& error) {
      log_.warning("the credential's name is not to be had: {}", error.what());
      return nullptr;
    }
  }

  /// Whether there was anything.
  bool pull(Records& records, Delivery& delivery) {
    const Sender sender(integration_.settings.tls(), context_.line.workers, details_log_, stop_);
    const AuthorizationContext authorization{
        .sender = sender, .templates = context_.templates, .cloud = context_.cloud, .secrets = *secrets_};
    const std::unique_ptr<Authorizer> own = make_authorizer(integration_.authorization, authorization);
    if (!integration_.basic_connector.empty()) {
      pull_basic(*own, records);
      return true;
    }
    Source source(sender, context_.templates, *own, secrets_);
    bool gave_anything = false;
    if (integration_.uses_aws_roles()) {
      gave_anything = pull_roles(source, *own, authorization, records, delivery);
      source.authorize_by(*own);
    }
    return pull_list(source, records, delivery) || gave_anything;
  }

  bool pull_list(const Source& source, Records& records, Delivery& delivery) {
    Items items(integration_, source, context_.templates, variables_, context_.line.workers, stop_);
    const auto take = [&](PulledRecord record) { records.add(std::move(record)); };
    PaginatorOptions options{.is_canceled = [&] { return is_canceled(delivery); },
                             .mappings_are_lists = integration_.details.has_value()};
    if (is_custom_test()) options.first_answer = [&](const Json& answer) { save_answer(answer); };
    const Paginator* pages = nullptr;
    const auto handle = [&](Json::array_t page) {
      const bool is_test = integration_.is_test;
      if (is_test && page.size() > test_records) page.resize(test_records);
      items.pull(page, {pages->pre_list_item(), pages->exploratory_list_item()}, take);
      if (is_test) throw Stopped();
    };
    Paginator paginator(integration_.levels, source, context_.templates, variables_, std::move(options), handle,
                        details_log_, stop_);
    pages = &paginator;
    return paginator.pull();
  }

  bool is_canceled(Delivery& delivery) const {
    if (delivery.has_ended()) return true;
    return !context_.line.testmode && !is_custom_test() && delivery.ask_whether_canceled();
  }

  bool is_custom_test() const { return integration_.is_custom_test() && integration_.basic_connector.empty(); }

  void save_answer(const Json& answer) const {
    const std::filesystem::path folder = "save_data";
    make_private_folder(folder);
    write_private_file(folder / safe_name(log_.redact(identity_.name) + ".json"), to_text(answer, 2, true));
  }

  void pull_basic(Authorizer& authorizer, Records& records) {
    const RenderedCall none;
    Json headers = Json::object();
    for (const auto& [name, value] : authorizer.credentials(none, variables_).headers) {
      secrets_->hide(value);
      headers[name] = value;
    }
    const EnvironmentVariables no_variables;
    const SettingsContext settings{.variables = no_variables, .fetch_secrets = {}, .log = log_};
    const ConnectorSection section = make_basic_connector(integration_, inputs_, headers, context_.plugins, settings);
    Connector& connector = *section.connector;
    connector.log = details_log_;
    connector.http = Http(connector.tls(), details_log_, stop_);
    connector.stop = stop_;
    connector.workers = context_.line.workers;
    connector.all_attributes = true;  // what the mapping's templates read is not known
    connector.authenticate();
    connector.read(BasicEmit(records, details_log_, stop_));
  }

  bool pull_roles(Source& source, Authorizer& own, const AuthorizationContext& authorization, Records& records,
                  Delivery& delivery) {
    const AwsRoles roles(integration_.settings.api_url, integration_.settings.token_url, source, variables_, log_);
    bool gave_anything = false;
    for (const std::string& arn : roles.list()) {
      try {
        source.authorize_by(own);
        const AwsKeys keys = roles.assume(arn);
        secrets_->hide(keys.secret_key);
        secrets_->hide(keys.session_token);
        const std::unique_ptr<Authorizer> role = make_aws_authorizer(keys, authorization);
        source.authorize_by(*role);
        gave_anything = pull_list(source, records, delivery) || gave_anything;
      } catch (const std::exception& error) {
        if (stop_.stop_requested()) throw Stopped();
        records.add({.data = Json::object(),
                     .applications = {},
                     .saas = {},
                     .error = fmt::format("the role {} gives nothing: {}", arn, error.what())});
      }
    }
    return gave_anything;
  }

  // ---- what Oomnitza is told

  static std::string one_line(const ConfigError& error) {
    std::string text;
    for (const std::string& complaint : error.complaints()) text += (text.empty() ? "" : "; ") + complaint;
    return text;
  }

  void report_failure(const Oomnitza& told, const std::string& failure) const {
    const std::string text = log_.redact(failure);
    log_.error("integration {} ({}): the sync fails: {}", identity_.name, identity_.service, text);
    add_ready_portion(told, {{"correlation_id", portion_},
                             {"failed", 1},
                             {"error_message", text},
                             {"error_type", "Fatal Error"},
                             {"test_run", identity_.test_run},
                             {"multi_str_input_value", identity_.multi_str}});
  }

  void report_empty() const {
    log_.info("integration {} ({}): the sync ends: there is nothing to pull", identity_.name, identity_.service);
    add_ready_portion(
        cloud(),
        {{"correlation_id", portion_}, {"is_empty_run", true}, {"multi_str_input_value", identity_.multi_str}});
  }

  void add_ready_portion(const Oomnitza& told, const Json& body) const {
    if (context_.line.testmode) return;
    try {
      told.add_ready_portion(identity_.service, body);
    } catch (const std::exception& error) {
      log_.error("integration {} ({}): Oomnitza does not take the sync's outcome: {}", identity_.name,
                 identity_.service, error.what());
    }
  }

  void log_end(const connector::Summary& report) const {
    const std::string text = fmt::format("integration {} ({}): the sync ends{}: {}", identity_.name, identity_.service,
                                         report.succeeded() ? "" : " with failures", report.text());
    if (report.succeeded()) {
      log_.info("{}", text);
    } else {
      log_.error("{}{}", text, report.error.empty() ? "" : ": " + report.error);
    }
  }

  const Json& configuration_;
  const SyncContext& context_;
  const std::stop_token stop_;
  Identity identity_;
  const std::shared_ptr<Secrets> secrets_ = std::make_shared<Secrets>();
  const Log log_;
  const Log details_log_;  ///< for what each page, item or record may say
  const std::string portion_;
  Integration integration_;
  std::unique_ptr<InlineCode> inline_code_;
  RecordProcessing processing_;
  Json specifications_;
  std::optional<Oomnitza> own_cloud_;
  Variables variables_;
  Json catalog_inputs_ = Json::object();  ///< the cloud's, rendered
  Json inputs_ = Json::object();          ///< with the local ones over them
};

}  // namespace

void run_sync(const Json& configuration, const SyncContext& context, const std::stop_token& stop) noexcept {
  const Log log = context.logging.logger(connector_logger_name("managed"));
  try {
    IntegrationSync(configuration, context, stop).run();
  } catch (const Stopped&) {
    log.warning("a sync does not begin: the program was told to stop");
  } catch (const std::exception& error) {
    log.error("a sync fails: {}", error.what());
  }
}

}  // namespace connector::integration
