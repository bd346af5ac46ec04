#include "store/imap/crlf.hpp"

#include <algorithm>

namespace mbx::store::imap {
namespace {

constexpr std::byte kCr{'\r'};
constexpr std::byte kLf{'\n'};

}  // namespace

void CrlfConverter::convert(base::ByteView piece, base::Bytes& out) {
    while (!piece.empty()) {
        const auto lf = std::find(piece.begin(), piece.end(), kLf);
        const auto line = piece.first(static_cast<std::size_t>(lf - piece.begin()));
        base::append(out, line);
        if (!line.empty()) {
            after_cr_ = line.back() == kCr;
        }
        if (lf == piece.end()) {
            return;
        }
        if (!after_cr_) {
            out.push_back(kCr);
        }
        out.push_back(kLf);
        after_cr_ = false;
        piece = piece.subspan(line.size() + 1);
    }
}

std::uint64_t CrlfConverter::measure(base::ByteView piece) {
    std::uint64_t size = piece.size();
    for (const std::byte b : piece) {
        size += b == kLf && !after_cr_ ? 1 : 0;
        after_cr_ = b == kCr;
    }
    return size;
}

std::uint64_t crlf_size(const base::ByteSource& source) {
    CrlfConverter converter;
    std::uint64_t size = 0;
    base::for_each_piece(source, [&](base::ByteView piece) { size += converter.measure(piece); });
    return size;
}

}  // namespace mbx::store::imap
