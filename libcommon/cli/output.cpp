#include "cli/output.hpp"

#include <cerrno>

#include "base/error.hpp"

namespace mbx::cli {
namespace {

[[noreturn]] void fail() {
    if (errno == EPIPE) {
        throw ClosedPipe();
    }
    throw system_error(errno, "cannot write").with_place("standard output");
}

}  // namespace

void Output::record(const Json& object, std::string_view text) {
    line(is_json() ? object.dump(-1, ' ', false, Json::error_handler_t::replace)
                   : std::string(text));
}

void Output::write(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size()) {
        fail();
    }
}

void Output::line(std::string_view text) {
    write(text);
    write("\n");
}

void Output::flush() {
    if (std::fflush(stream_) != 0) {
        fail();
    }
}

}  // namespace mbx::cli
