// Replaces bytes in the blocks of an ANSI PST by as many others: an ANSI store in any code page,
// made from one that Outlook wrote. Blocks are found by their trailers; their checksums are made
// anew ([MS-PST] 2.2.2.8.1). Messages state no page of their own (PidTagMessageCodepage,
// PidTagInternetCodepage) afterwards.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.hpp"
#include "base/crc32.hpp"
#include "base/file.hpp"
#include "pst/ndb/crypt.hpp"

namespace {

using namespace mbx;

constexpr std::size_t kTrailer = 12;  // cb, wSig, bid, dwCRC
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kLargestBlock = 8192;

std::uint32_t number(base::ByteView bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    }
    return value;
}

void put_number(base::MutableByteView bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[at + i] = static_cast<std::byte>(value >> (8 * i));
    }
}

/// True when a block lies at [begin, end) of the file.
bool is_block(base::ByteView file, std::size_t begin, std::size_t end) {
    const std::size_t size = number(file, end - kTrailer, 2);
    return size > 0 &&
           begin + (size + kTrailer + kAlignment - 1) / kAlignment * kAlignment == end &&
           base::pst_crc32(file.subspan(begin, size)) == number(file, end - 4, 4);
}

/// Replaces in one block; how often.
int replace_in(base::MutableByteView block, const std::string& old, const std::string& by) {
    const std::size_t size = number(block, block.size() - kTrailer, 2);
    const pst::ndb::Bid bid{number(block, block.size() - kTrailer + 4, 4)};
    const auto data = block.first(size);
    decode(pst::ndb::CryptMethod::Permute, bid, data);
    int count = 0;
    for (auto at = data.begin(); at != data.end(); ++count) {
        const auto wanted = base::as_bytes(old);
        at = std::search(at, data.end(), wanted.begin(), wanted.end());
        if (at == data.end()) {
            break;
        }
        const auto bytes = base::as_bytes(by);
        at = std::copy(bytes.begin(), bytes.end(), at);
    }
    encode(pst::ndb::CryptMethod::Permute, bid, data);
    put_number(block, block.size() - 4, base::pst_crc32(data));
    return count;
}

int replace_all(base::MutableByteView file, const std::string& old, const std::string& by) {
    int count = 0;
    for (std::size_t begin = 0; begin + kAlignment <= file.size(); begin += kAlignment) {
        const std::size_t last = std::min(file.size(), begin + kLargestBlock);
        for (std::size_t end = begin + kAlignment; end <= last; end += kAlignment) {
            if (is_block(file, begin, end)) {
                count += replace_in(file.subspan(begin, end - begin), old, by);
                break;
            }
        }
    }
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() < 4 || arguments.size() % 2 != 0) {
        fmt::print(stderr, "usage: recode_ansi_pst IN.pst OUT.pst OLD NEW [OLD NEW]...\n");
        return 64;
    }
    try {
        constexpr std::uint64_t kLargestFile = 64 << 20;
        base::Bytes file = base::read_all(*base::file_source(arguments[0]), kLargestFile);
        for (std::size_t i = 2; i < arguments.size(); i += 2) {
            const std::string& old = arguments[i];
            const std::string& by = arguments[i + 1];
            if (old.size() != by.size() || replace_all(file, old, by) == 0) {
                fmt::print(stderr, "recode_ansi_pst: {}: not found, or of another length\n", old);
                return 65;
            }
        }
        // Their identifiers become others that mean nothing.
        for (const auto& [page, nothing] : {std::pair("\xFD\x3F\x03", "\xFC\x3F\x03"),
                                            std::pair("\xDE\x3F\x03", "\xDD\x3F\x03")}) {
            replace_all(file, std::string(page, 4), std::string(nothing, 4));
        }
        base::replace_file(arguments[1], file);
    } catch (const std::exception& error) {
        fmt::print(stderr, "recode_ansi_pst: {}\n", error.what());
        return 70;
    }
    return 0;
}
