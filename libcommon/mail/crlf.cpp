#include "mail/crlf.hpp"

#include <cstring>

namespace mbx::mail {
namespace {

constexpr std::byte kCr{'\r'};
constexpr std::byte kLf{'\n'};

}  // namespace

void CrlfConverter::convert(base::ByteView piece, base::Bytes& out) {
    while (!piece.empty()) {
        const auto* const lf =
            static_cast<const std::byte*>(std::memchr(piece.data(), '\n', piece.size()));
        const auto line =
            piece.first(lf == nullptr ? piece.size() : static_cast<std::size_t>(lf - piece.data()));
        base::append(out, line);
        if (!line.empty()) {
            after_cr_ = line.back() == kCr;
        }
        if (lf == nullptr) {
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
    while (!piece.empty()) {
        const auto* const lf =
            static_cast<const std::byte*>(std::memchr(piece.data(), '\n', piece.size()));
        const std::size_t before =
            lf == nullptr ? piece.size() : static_cast<std::size_t>(lf - piece.data());
        if (before > 0) {
            after_cr_ = piece[before - 1] == kCr;
        }
        if (lf == nullptr) {
            break;
        }
        size += after_cr_ ? 0 : 1;
        after_cr_ = false;
        piece = piece.subspan(before + 1);
    }
    return size;
}

void CrlfMeter::look(base::ByteView piece) {
    size_.bytes += converter_.measure(piece);
    size_.has_nul = size_.has_nul || std::memchr(piece.data(), 0, piece.size()) != nullptr;
}

CrlfSize crlf_size(const base::ByteSource& source) {
    CrlfMeter meter;
    base::for_each_piece(source, [&](base::ByteView piece) { meter.look(piece); });
    return meter.size();
}

}  // namespace mbx::mail
