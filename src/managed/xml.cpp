#include <expat.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "config/text.h"
#include "managed/answer.h"

namespace connector::managed {
namespace {

constexpr std::size_t deepest = 500;
constexpr std::size_t most_bytes = std::size_t{1} << 30;

/// Builds the value of a document from what the parser reports.
class Builder {
 public:
  explicit Builder(XML_Parser parser) : parser_(parser) {}

  Json document = Json::object();

  void open(const char* name, const char** attributes) {
    if (open_.size() == deepest) return give_up();
    Element element{.name = name, .members = Json::object(), .text = {}, .lists = {}};
    for (; *attributes != nullptr; attributes += 2) element.members["@" + std::string(attributes[0])] = attributes[1];
    open_.push_back(std::move(element));
  }

  void close() {
    Element element = std::move(open_.back());
    open_.pop_back();
    const std::string text(trimmed(element.text));
    Json value = std::move(element.members);
    if (value.empty()) {
      value = text.empty() ? Json() : Json(text);
    } else if (!text.empty()) {
      value["#text"] = text;
    }
    add(open_.empty() ? document : open_.back().members, element, std::move(value));
  }

  void add_text(std::string_view text) {
    if (!open_.empty()) open_.back().text += text;
  }

  void give_up() { XML_StopParser(parser_, XML_FALSE); }

 private:
  struct Element {
    std::string name;
    Json members;
    std::string text;
    std::vector<std::string> lists;  ///< the names of repeated children
  };

  void add(Json& parent, const Element& child, Json value) {
    const auto known = parent.find(child.name);
    if (known == parent.end()) {
      append_member(parent, child.name, std::move(value));
      return;
    }
    std::vector<std::string>& lists = open_.back().lists;
    if (std::find(lists.begin(), lists.end(), child.name) == lists.end()) {
      Json list = Json::array();
      list.push_back(std::move(*known));
      *known = std::move(list);
      lists.push_back(child.name);
    }
    known->push_back(std::move(value));
  }

  XML_Parser parser_;
  std::vector<Element> open_;
};

Builder& builder(void* data) {
  return *static_cast<Builder*>(data);
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

std::optional<Json> read_xml(const std::string& text) {
  if (text.size() > most_bytes || text.find('<') == std::string::npos) return std::nullopt;
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate("UTF-8"), XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  Builder document(parser.get());
  XML_SetUserData(parser.get(), &document);
  XML_SetElementHandler(parser.get(), on_open, on_close);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetEntityDeclHandler(parser.get(), on_entity);
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE) != XML_STATUS_OK) {
    return std::nullopt;
  }
  return std::move(document.document);
}

}  // namespace connector::managed
