#include "convert/entry_id.hpp"

#include <gtest/gtest.h>

#include "base/sha256.hpp"

namespace mbx::convert {
namespace {

using base::as_bytes;
using base::Bytes;
using base::to_bytes;

Bytes from_hex(std::string_view hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(
            static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

TEST(OneOff, IsLaidOutAsOutlookWritesIt) {
    EXPECT_EQ(base::to_hex(encode_one_off({"A", "SMTP", "a@x"})),
              "00000000812b1fa4bea310199d6e00dd010f5402"
              "00000180"
              "41000000"
              "53004d0054005000"
              "0000"
              "610040007800"
              "0000");
}

TEST(OneOff, ComesBackAsItWas) {
    const OneOffAddress address{"Jürgen 😀", "SMTP", "j@example.org"};
    EXPECT_EQ(decode_one_off(encode_one_off(address)), address);
}

TEST(OneOff, ReadsTheEightBitForm) {
    Bytes bytes = from_hex("00000000812b1fa4bea310199d6e00dd010f540200000000");
    base::append(bytes, as_bytes(std::string_view("J\xFC\0SMTP\0j@x\0", 12)));
    EXPECT_EQ(decode_one_off(bytes, 1252), (OneOffAddress{"Jü", "SMTP", "j@x"}));
}

TEST(OneOff, ForgivesMissingTerminatorsAndRefusesOtherProviders) {
    const Bytes bytes = encode_one_off({"A", "SMTP", "a@x"});
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto decoded = decode_one_off(base::ByteView(bytes).first(size));
        EXPECT_EQ(decoded.has_value(), size >= 24) << size;
    }
    EXPECT_EQ(decode_one_off(encode_exchange_entry_id("/o=A")), std::nullopt);
}

TEST(OneOff, CutsTextsAtNul) {
    EXPECT_EQ(decode_one_off(encode_one_off({std::string("A\0B", 3), "SMTP", "a@x"})),
              (OneOffAddress{"A", "SMTP", "a@x"}));
}

TEST(ExchangeEntryId, ComesBackAsItWas) {
    const Bytes bytes = encode_exchange_entry_id("/o=A/ou=B/cn=C");
    EXPECT_EQ(base::to_hex(base::ByteView(bytes).first(28)),
              "00000000dca740c8c042101ab4b908002b2fe1820100000000000000");
    EXPECT_EQ(decode_exchange_entry_id(bytes), "/o=A/ou=B/cn=C");
    EXPECT_EQ(decode_exchange_entry_id(encode_one_off({})), std::nullopt);
    EXPECT_EQ(decode_exchange_entry_id({}), std::nullopt);
}

TEST(ContactEntryId, IsKnownByItsProvider) {
    EXPECT_TRUE(is_contact_entry_id(from_hex("00000000fe42aa0a18c71a10e8850b651c24000003000000")));
    EXPECT_FALSE(is_contact_entry_id(encode_one_off({})));
}

TEST(FlatEntryList, PadsBetweenEntriesOnly) {
    const Bytes list = encode_flat_entry_list({to_bytes("abcde"), to_bytes("fg")});
    EXPECT_EQ(base::to_hex(list),
              "0200000012000000"
              "050000006162636465"
              "000000"
              "020000006667");
    EXPECT_EQ(decode_flat_entry_list(list),
              (std::vector<Bytes>{to_bytes("abcde"), to_bytes("fg")}));
}

TEST(FlatEntryList, ReadsLengthsWithAndWithoutTheLastPad) {
    const Bytes entry = encode_one_off({"Reply", "SMTP", "r@x.example"});
    for (const std::size_t pad : {0U, 2U}) {
        Bytes list = encode_flat_entry_list({entry});
        list.resize(list.size() + pad);
        list[4] = static_cast<std::byte>(4 + entry.size() + pad);
        EXPECT_EQ(decode_flat_entry_list(list), std::vector<Bytes>{entry});
    }
}

TEST(FlatEntryList, StopsWhereTheBytesEnd) {
    EXPECT_TRUE(decode_flat_entry_list(from_hex("ffffffff08000000ffffffff00000000")).empty());
    EXPECT_TRUE(decode_flat_entry_list(from_hex("0100")).empty());
    EXPECT_EQ(decode_flat_entry_list(from_hex("ffffffff080000000100000061")).size(), 1U);
}

TEST(SearchKey, IsUpperCaseAndComparesWithoutItsNul) {
    const Bytes key = search_key("smtp", "a@x.Example");
    EXPECT_EQ(base::as_text(key), std::string_view("SMTP:A@X.EXAMPLE\0", 17));
    EXPECT_TRUE(same_search_key(key, to_bytes("SMTP:A@X.EXAMPLE")));
    EXPECT_FALSE(same_search_key(key, to_bytes("SMTP:B@X.EXAMPLE")));
}

}  // namespace
}  // namespace mbx::convert
