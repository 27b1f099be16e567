#pragma once

#include "config/settings.h"
#include "connector/connector.h"
#include "connector/plugins.h"
#include "integration/definition.h"

namespace connector::integration {

/// Makes the basic connector that an integration names: its settings are the inputs (values that are not strings as
/// JSON; names that it does not know are ignored), its setting authorization_settings the headers of the authorization,
/// and the integration's common settings. Throws ConfigError for a name that is none and for settings that are missing
/// or wrong.
ConnectorSection make_basic_connector(const Definition& definition, const Json& inputs, const Json& headers,
                                      const Plugins& plugins, const SettingsContext& context);

}  // namespace connector::integration
