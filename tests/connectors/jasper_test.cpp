#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "connector/error.h"
#include "jasper/soap.h"
#include "jasper/terminal.h"
#include "jasper/time.h"

namespace connector::soap::jasper_test {

constexpr const char* api = "http://api.jasperwireless.com/ws/schema";

/// The record of a <terminal> with this content; elements are in the API's namespace by default.
Json record_of(const std::string& content, const std::string& attributes = "") {
  const pugi::xml_document document =
      parse("<terminal xmlns='" + std::string(api) + "' " + attributes + ">" + content + "</terminal>",
            "the test's terminal");
  return terminal_record(document.document_element());
}

std::string envelope(const std::string& body) {
  return "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Header/><e:Body>" + body +
         "</e:Body></e:Envelope>";
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const SourceError& error) {
    return error.what();
  }
  return "no SourceError";
}

TEST(JasperRecord, NumbersByTheirNames) {
  EXPECT_EQ(record_of("<monthToDateUsage>12.50</monthToDateUsage>")["monthToDateUsage"], 12.5);
  EXPECT_EQ(record_of("<accountId> 100020 </accountId>")["accountId"], 100020);
  EXPECT_TRUE(record_of("<accountId>1</accountId>")["accountId"].is_number_integer());
  EXPECT_EQ(record_of("<primaryDataRemaining>-.5</primaryDataRemaining>")["primaryDataRemaining"], -0.5);
  EXPECT_EQ(record_of("<ctdSessionCount>+7</ctdSessionCount>")["ctdSessionCount"], 7);
  EXPECT_EQ(to_text(record_of("<accountId>123456789012345678901234567890</accountId>")["accountId"]),
            "123456789012345678901234567890");
}

TEST(JasperRecord, ANumberHasNoZerosAtItsBeginning) {
  const auto account = [](const std::string& text) {
    return to_text(record_of("<accountId>" + text + "</accountId>")["accountId"]);
  };
  EXPECT_EQ(account("0089010123456789012345678901"), "89010123456789012345678901");
  EXPECT_EQ(account("-0089010123456789012345678901"), "-89010123456789012345678901");
  EXPECT_EQ(account("+0089010123456789012345678901"), "89010123456789012345678901");
  EXPECT_EQ(account(std::string(40, '0') + "12"), "12");
  EXPECT_EQ(account(std::string(40, '0')), "0");
}

TEST(JasperRecord, EveryNumberAndTimeIsKnownByItsName) {
  for (const std::string name :
       {"monthToDateUsage", "monthToDateDataUsage", "monthToDateSMSUsage", "monthToDateVoiceUsage",
        "totalPrimaryIncludedData", "primaryDataRemaining", "totalPrimaryIncludedSMS", "primarySMSRemaining",
        "accountId", "ctdSessionCount", "version"}) {
    EXPECT_EQ(record_of("<" + name + ">7</" + name + ">")[name], 7) << name;
  }
  for (const std::string name :
       {"dateActivated", "dateAdded", "dateModified", "dateShipped", "termStartDate", "termEndDate"}) {
    EXPECT_EQ(record_of("<" + name + ">2024-03-05T08:30:00Z</" + name + ">")[name], "2024-03-05T08:30:00+00:00")
        << name;
  }
}

TEST(JasperRecord, WhatDoesNotParseAsItsKindStaysText) {
  for (const char* text : {"12,5", "1e3", "0x10", "-", ".", "+-5", "--5", "inf", "nan", "12 GB"}) {
    EXPECT_EQ(record_of("<version>" + std::string(text) + "</version>")["version"], text);
  }
  EXPECT_EQ(record_of("<overageLimitReached>yes</overageLimitReached>")["overageLimitReached"], "yes");
  for (const char* text :
       {"2024-02-30T00:00:00Z", "2024-03-05", "2024-03-05 08:30:00", "2024-03-05T25:00:00Z", "2024-03-05T08:30:60Z",
        "2024-03-05T08:30:00+15:00", "2024-03-05T08:30:00+01:60", "2024-03-05T08:30:00.Z", "soon"}) {
    EXPECT_EQ(record_of("<dateAdded>" + std::string(text) + "</dateAdded>")["dateAdded"], text);
  }
}

TEST(JasperRecord, FlagsByTheirName) {
  for (const char* text : {"true", "1"}) {
    EXPECT_EQ(record_of("<overageLimitReached>" + std::string(text) + "</overageLimitReached>")["overageLimitReached"],
              true);
  }
  for (const char* text : {"false", "0"}) {
    EXPECT_EQ(record_of("<overageLimitReached>" + std::string(text) + "</overageLimitReached>")["overageLimitReached"],
              false);
  }
}

TEST(JasperRecord, OtherElementsAreTextAsItStands) {
  const Json record = record_of(
      "<iccid>0089010</iccid><custom1> a  b </custom1><custom2>2024-03-05T08:30:00Z</custom2>"
      "<suspended>true</suspended><ratePlan>A &amp; B<![CDATA[<c>]]>d</ratePlan>");
  EXPECT_EQ(record["iccid"], "0089010");
  EXPECT_EQ(record["custom1"], " a  b ");
  EXPECT_EQ(record["custom2"], "2024-03-05T08:30:00Z");
  EXPECT_EQ(record["suspended"], "true");
  EXPECT_EQ(record["ratePlan"], "A & B<c>d");
}

TEST(JasperRecord, EmptyAndNilAreNull) {
  const Json record = record_of(
      "<a/><b></b><c xsi:nil='true'/><d x:nil='1' xmlns:x='http://www.w3.org/2001/XMLSchema-instance'>7</d>"
      "<e xsi:nil='false'>7</e><f y:nil='true' xmlns:y='urn:other'>7</f><g><!-- nothing --></g>",
      "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'");
  EXPECT_EQ(record, parse_json(R"({"a": null, "b": null, "c": null, "d": null, "e": "7", "f": "7", "g": null})"));
}

TEST(JasperRecord, AttributesAndNestedElements) {
  const Json record = record_of(
      "<rating "
      "kind='x'><termStartDate>2024-01-31T22:00:00Z</termStartDate><renewalPolicy>AUTO</renewalPolicy></rating>",
      "msisdn='8823' z:imei='1' xmlns:z='urn:z' xsi:type='t' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'");
  EXPECT_EQ(record, parse_json(R"({"_msisdn": "8823", "_imei": "1",
      "rating": {"_kind": "x", "termStartDate": "2024-01-31T22:00:00+00:00", "renewalPolicy": "AUTO"}})"));
}

TEST(JasperTime, IsWrittenWithItsOffset) {
  EXPECT_EQ(time_text("2024-03-05T08:30:00Z"), "2024-03-05T08:30:00+00:00");
  EXPECT_EQ(time_text("2024-03-05T08:30:00"), "2024-03-05T08:30:00");
  EXPECT_EQ(time_text(" 2024-02-29T23:59:59-05:00\n"), "2024-02-29T23:59:59-05:00");
  EXPECT_EQ(time_text("2024-03-05T08:30:00.5-05:00"), "2024-03-05T08:30:00.500000-05:00");
  EXPECT_EQ(time_text("2024-03-05T08:30:00.000Z"), "2024-03-05T08:30:00+00:00");
  EXPECT_EQ(time_text("2024-03-05T08:30:00.123456789"), "2024-03-05T08:30:00.123456");
  EXPECT_EQ(time_text("2024-03-05T08:30:00+14:00"), "2024-03-05T08:30:00+14:00");
  for (const char* none :
       {"", "2024-03-05", "2024-3-05T08:30:00", "2024-03-05T08:30:00.", "2024-03-05T08:30:00.Z", "2024-02-30T08:30:00",
        "2024-03-05T24:00:00", "2024-03-05T08:60:00", "2024-03-05T08:30:00+15:00", "2024-03-05T08:30:00+01:60",
        "2024-03-05T08:30:00+0100", "2024-03-05T08:30:00z", "-024-03-05T08:30:00", "2024-03-05 08:30:00"}) {
    EXPECT_TRUE(time_text(none).is_null()) << none;
  }
  EXPECT_TRUE(time_text("2024-03-05T08:30:00Z" + std::string(100000, '0')).is_null());
}

TEST(JasperTime, InstantsCompareAcrossZones) {
  EXPECT_EQ(instant("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(instant("1970-01-01T00:00:01.000002"), 1'000'002);
  EXPECT_EQ(instant("2024-03-05T08:30:00Z"), instant("2024-03-05T08:30:00"));
  EXPECT_EQ(instant("2024-03-05T08:30:00+02:00"), instant("2024-03-05T06:30:00Z"));
  EXPECT_EQ(instant("2024-03-04T23:30:00-01:30"), instant("2024-03-05T01:00:00Z"));
  EXPECT_LT(instant("2024-03-05T09:00:00+02:00"), instant("2024-03-05T08:00:00Z"));
  EXPECT_LT(instant("2024-03-05T08:30:00.5Z"), instant("2024-03-05T08:30:00.500001Z"));
  EXPECT_LT(instant("1969-12-31T23:59:59Z"), instant("1970-01-01T00:00:00Z"));
  EXPECT_TRUE(instant("yesterday").is_null());
}

TEST(JasperSoap, AnswersAreFoundWhateverThePrefixes) {
  for (const std::string& text :
       {envelope("<a1:R xmlns:a1='" + std::string(api) + "'><b:x xmlns:b='" + api + "'>1</b:x></a1:R>"),
        envelope("<R xmlns='" + std::string(api) + "'><x>1</x></R>"),
        "<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Body><soap:R xmlns:soap='" + std::string(api) +
            "'><soap:x>1</soap:x></soap:R></Body></Envelope>"}) {
    const pugi::xml_document answer = parse(text, "the answer");
    EXPECT_STREQ(child(body_of(answer, "R"), "x").child_value(), "1") << text;
  }
}

TEST(JasperSoap, AnElementOfAnotherNamespaceIsAnother) {
  const pugi::xml_document answer =
      parse(envelope("<R xmlns='urn:other'/><n:S xmlns:n='" + std::string(api) + "'/>"), "");
  EXPECT_EQ(message_of([&] { body_of(answer, "R"); }), "Jasper's response has no R");
  EXPECT_TRUE(body_of(answer, "S"));
  EXPECT_FALSE(child(body_of(answer, "S"), "R"));
}

TEST(JasperSoap, FaultsAreErrorsWithTheirText) {
  const std::string fault =
      "<e:Fault><faultcode>e:Client</faultcode><faultstring>License &amp; key</faultstring></e:Fault>";
  EXPECT_TRUE(is_fault(envelope(fault)));
  EXPECT_FALSE(is_fault(envelope("<Fault xmlns='urn:other'/>")));
  EXPECT_FALSE(is_fault("no XML"));
  EXPECT_FALSE(is_fault(""));
  const pugi::xml_document answer = parse(envelope(fault), "the answer");
  EXPECT_EQ(message_of([&] { body_of(answer, "R"); }), "Jasper responded with a SOAP fault: License & key");
  const pugi::xml_document silent = parse(envelope("<e:Fault/>"), "the answer");
  EXPECT_EQ(message_of([&] { body_of(silent, "R"); }), "Jasper responded with a SOAP fault: no reason given");
}

TEST(JasperSoap, WhatIsNoEnvelopeIsAnError) {
  EXPECT_NE(message_of([] { parse("<html><br></html>", "the answer"); }).find("the answer is not valid XML"),
            std::string::npos);
  EXPECT_NE(message_of([] { parse("", "the answer"); }).find("the answer is not valid XML"), std::string::npos);
  const pugi::xml_document page = parse("<html/>", "the answer");
  EXPECT_EQ(message_of([&] { body_of(page, "R"); }), "Jasper's response is not a SOAP envelope");
}

TEST(JasperSoap, EntitiesOfADocumentAreNotExpanded) {
  const std::string bomb =
      "<!DOCTYPE t [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'><!ENTITY c SYSTEM 'file:///etc/passwd'>]>";
  const pugi::xml_document document = parse(bomb + "<t><x>&b;</x><y>&c;</y></t>", "the answer");
  EXPECT_EQ(terminal_record(document.document_element()), parse_json(R"({"x": "&b;", "y": "&c;"})"));
}

TEST(JasperSoap, DeepNestingIsAnErrorAndNoCrash) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "<a>";
  for (int i = 0; i < 200000; ++i) text += "</a>";
  EXPECT_NE(message_of([&] { parse(text, "the answer"); }).find("nested deeper than 100 levels"), std::string::npos);
  EXPECT_FALSE(is_fault(text));
}

TEST(JasperSoap, TooManyAttributesAreAnError) {
  std::string text = "<a";
  for (int i = 0; i < 100000; ++i) text += " p:a" + std::to_string(i) + "='1'";
  text += "/>";
  EXPECT_EQ(message_of([&] { parse(text, "the answer"); }),
            "the answer has elements nested deeper than 100 levels, or one with more than 256 attributes");
  EXPECT_FALSE(is_fault(text));
}

TEST(JasperRecord, ManyElementsOfDifferentAndOfTheSameName) {
  constexpr int count = 100000;
  std::string content;
  for (int i = 0; i < count; ++i) content += "<e" + std::to_string(i) + ">1</e" + std::to_string(i) + ">";
  const Json record = record_of(content + "<e0>2</e0>", "e='3'");
  EXPECT_EQ(record.size(), count + 1);
  EXPECT_EQ(record.begin().key(), "_e");
  EXPECT_EQ(record["e0"], "2");
}

TEST(JasperWsdl, TheEndpointIsTheServicesAddress) {
  const auto endpoint = [](const std::string& service) {
    return endpoint_of(parse("<w:definitions xmlns:w='http://schemas.xmlsoap.org/wsdl/'><w:service><w:port>" + service +
                                 "</w:port></w:service></w:definitions>",
                             "the WSDL"));
  };
  EXPECT_EQ(endpoint("<s:address xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/' location='https://a/b'/>"),
            "https://a/b");
  EXPECT_EQ(endpoint("<h:address xmlns:h='http://schemas.xmlsoap.org/wsdl/http/' location='https://wrong'/>"
                     "<address xmlns='http://schemas.xmlsoap.org/wsdl/soap/' location='https://right'/>"),
            "https://right");
  EXPECT_EQ(endpoint(""), "");
}

TEST(JasperSoap, TheEnvelopeCarriesCredentialsAndRequest) {
  Envelope request = make_envelope({"me & you", "p<w"}, "GetModifiedTerminalsRequest");
  request.add(request.request, "since", "2024-01-01T00:00:00Z");
  const pugi::xml_document document = parse(request.text(), "the request");
  const pugi::xml_node root = document.document_element();
  EXPECT_TRUE(is(root, "http://schemas.xmlsoap.org/soap/envelope/", "Envelope"));
  const pugi::xml_node security = root.first_child().first_child();
  EXPECT_STREQ(security.name(), "wsse:Security");
  EXPECT_STREQ(security.attribute("soap:mustUnderstand").value(), "1");
  const pugi::xml_node token = security.child("wsse:UsernameToken");
  EXPECT_STREQ(token.child_value("wsse:Username"), "me & you");
  EXPECT_STREQ(token.child_value("wsse:Password"), "p<w");
  EXPECT_STREQ(token.child("wsse:Password").attribute("Type").value(),
               "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText");
  EXPECT_STREQ(child(body_of(document, "GetModifiedTerminalsRequest"), "since").child_value(), "2024-01-01T00:00:00Z");
}

}  // namespace connector::soap::jasper_test
