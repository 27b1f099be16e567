#include "text/xml.h"

#include <expat.h>
#include <fmt/format.h>

#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/error.h"
#include "text/text.h"

namespace connector {
namespace {

constexpr std::size_t deepest = 500;
constexpr std::size_t max_bytes = std::size_t{1} << 30;

/// Builds the value of a document from what the parser reports.
class DocumentBuilder {
 public:
  DocumentBuilder(XML_Parser parser, std::size_t max_values) : parser_(parser), max_values_(max_values) {}

  ObjectBuilder document;

  void open(const char* name, const char** attributes) {
    if (open_.size() == deepest) return give_up();
    if (++count_ > max_values_) {
      has_too_many_ = true;
      return give_up();
    }
    Element element{.name = name, .members = {}, .text = {}};
    for (; *attributes != nullptr; attributes += 2) element.members["@" + std::string(attributes[0])] = attributes[1];
    open_.push_back(std::move(element));
  }

  void close() {
    Element element = std::move(open_.back());
    open_.pop_back();
    const std::string text(trimmed(element.text));
    Json value = element.members.take();
    if (value.empty()) {
      value = text.empty() ? Json() : Json(text);
    } else if (!text.empty()) {
      value["#text"] = text;
    }
    add(open_.empty() ? document : open_.back().members, element.name, std::move(value));
  }

  void add_text(std::string_view text) {
    if (!open_.empty()) open_.back().text += text;
  }

  void give_up() { XML_StopParser(parser_, XML_FALSE); }

  bool has_too_many() const { return has_too_many_; }

 private:
  struct Element {
    std::string name;
    ObjectBuilder members;
    std::string text;
  };

  /// A name's second child makes a list of both. (A child itself is never a list.)
  static void add(ObjectBuilder& parent, const std::string& name, Json value) {
    const auto [known, is_new] = parent.try_emplace(name);
    if (is_new) {
      known = std::move(value);
      return;
    }
    if (!known.is_array()) {
      Json list = Json::array();
      list.push_back(std::move(known));
      known = std::move(list);
    }
    known.push_back(std::move(value));
  }

  XML_Parser parser_;
  std::size_t max_values_;
  std::size_t count_ = 0;
  bool has_too_many_ = false;
  std::vector<Element> open_;
};

DocumentBuilder& builder(void* data) {
  return *static_cast<DocumentBuilder*>(data);
}

void on_open(void* data, const char* name, const char** attributes) {
  builder(data).open(name, attributes);
}

void on_close(void* data, const char*) {
  builder(data).close();
}

void on_text(void* data, const char* text, int length) {
  builder(data).add_text({text, static_cast<std::size_t>(length)});
}

void on_entity(void* data, const char*, int, const char*, int, const char*, const char*, const char*, const char*) {
  builder(data).give_up();
}

}  // namespace

std::optional<Json> read_xml(const std::string& text, std::size_t max_values) {
  if (text.size() > max_bytes || text.find('<') == std::string::npos) return std::nullopt;
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate("UTF-8"), XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  DocumentBuilder document(parser.get(), max_values);
  XML_SetUserData(parser.get(), &document);
  XML_SetElementHandler(parser.get(), on_open, on_close);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetEntityDeclHandler(parser.get(), on_entity);
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE) != XML_STATUS_OK) {
    if (document.has_too_many()) throw SourceError(fmt::format("it holds more than {} values", max_values));
    return std::nullopt;
  }
  return document.document.take();
}

}  // namespace connector
