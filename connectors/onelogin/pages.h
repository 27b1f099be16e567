// Pages of OneLogin's JSON APIs, and how they name the next one.
#pragma once

#include <functional>

#include "connector/pages.h"

namespace connector::onelogin {

/// Makes the request for a page from what tells it from the others.
using PageRequest = std::function<Request(Query)>;

/// A page of API 1: its cursor stands in the body. Throws SourceError when the body says that something went wrong.
Page page_of_api_1(Response response, const Log& log, const PageRequest& request);

/// The pages of API 2, whose cursor is a header. One that names no further page is the last one if it is not full.
/// Behind a full one the next is asked for by its number, unless all users that OneLogin counts were read.
class PagesOfApi2 {
 public:
  explicit PagesOfApi2(int page_size) : page_size_(page_size) {}

  /// To be called with each page, in order. What is wrong with a last page is thrown in the place of the next one.
  Page page(Response response, const PageRequest& request);

 private:
  std::function<Request()> next_by_number(const Response& response, std::size_t users, const PageRequest& request);

  const int page_size_;
  int number_ = 1;
  std::size_t read_ = 0;
};

}  // namespace connector::onelogin
