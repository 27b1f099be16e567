#include "integration/integration_source.h"

#include <utility>

#include "integration/aws.h"
#include "integration/items.h"
#include "integration/paginator.h"
#include "platform/files.h"

namespace connector::integration {

void IntegrationSource::read(const Emit& emit) {
  const Sender sender(http, log);
  const AuthorizationContext authorization{.sender = sender, .cloud = context_.cloud, .secrets = *context_.secrets};
  const std::unique_ptr<Authorizer> own = make_authorizer(context_.definition.authorization, authorization);
  Caller caller(sender, *own, context_.secrets);
  bool gave_anything = false;
  if (context_.definition.uses_aws_roles()) {
    gave_anything = read_roles(caller, *own, authorization, emit);
    caller.authorize_by(*own);
  }
  gave_anything = read_list(caller, emit) || gave_anything;
  found_nothing_ = !gave_anything;
}

/// Whether there was anything.
bool IntegrationSource::read_list(const Caller& caller, const Emit& emit) {
  const Definition& definition = context_.definition;
  Items items(definition, caller, context_.scope, *this, [&](Record record) { emit(std::move(record)); });
  PaginatorOptions options{.checkpoint = [&] { emit.checkpoint(); },
                           .log = log,
                           .max_pages = definition.settings.max_pages,
                           .mappings_are_lists = definition.details.has_value()};
  if (definition.is_custom_test()) options.first_response = [this](const Json& value) { save_response(value); };
  const Paginator* pages = nullptr;
  const auto handle = [&](Json::array_t page) {
    if (definition.is_test && page.size() > test_records) page.resize(test_records);
    items.add(std::move(page), {pages->pre_list_item(), pages->exploratory_list_item()});
    if (!definition.is_test) return;
    items.finish();
    throw Stopped();
  };
  Paginator paginator(definition.levels, caller, context_.scope, std::move(options), handle);
  pages = &paginator;
  try {
    const bool gave_anything = paginator.pull();
    items.finish();
    return gave_anything;
  } catch (const std::exception&) {  // of a page: the items of the pages before it are still delivered
    items.finish();
    throw;
  }
}

bool IntegrationSource::read_roles(Caller& caller, Authorizer& own, const AuthorizationContext& authorization,
                                   const Emit& emit) {
  const ManagedSettings& settings = context_.definition.settings;
  const AwsRoles roles(settings.api_url, settings.token_url, caller, context_.scope, log);
  bool gave_anything = false;
  for (const std::string& arn : roles.list()) {
    try {
      caller.authorize_by(own);
      const AwsKeys keys = roles.assume(arn);
      context_.secrets->hide(keys.secret_key);
      context_.secrets->hide(keys.session_token);
      const std::unique_ptr<Authorizer> role = make_aws_authorizer(keys, authorization);
      caller.authorize_by(*role);
      gave_anything = read_list(caller, emit) || gave_anything;
    } catch (const std::exception& error) {
      if (stop.stop_requested()) throw Stopped();
      emit({Json::object(), fmt::format("role {} could not be read: {}", arn, error.what())});
    }
  }
  return gave_anything;
}

void IntegrationSource::save_response(const Json& value) const {
  make_private_folder_here(context_.response_file.parent_path());
  write_private_file(context_.response_file, to_text(value, 2, true));
}

}  // namespace connector::integration
