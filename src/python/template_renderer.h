#pragma once

#include <memory>

#include "platform/channel.h"

namespace connector {

/// Renders templates with Jinja2, in a sandbox of Python's, for template workers: in a process that has one thread and
/// does nothing else. Throws ConfigError when Python cannot be started.
class TemplateRenderer {
 public:
  TemplateRenderer();
  ~TemplateRenderer();
  TemplateRenderer(const TemplateRenderer&) = delete;
  TemplateRenderer& operator=(const TemplateRenderer&) = delete;

  /// Around each fork of this process.
  static void before_fork();
  static void after_fork(bool is_worker);

  /// Does what the other side asks for (template_messages.h), confined, until it is gone.
  void serve(Channel& channel);

 private:
  class Session;
  struct Objects;

  std::unique_ptr<Objects> objects_;
};

}  // namespace connector
