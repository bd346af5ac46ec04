#include "store/imap/connection.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "store/imap/deflate_stream.hpp"

namespace mbx::store::imap {
namespace {

constexpr std::size_t kSendAt = 256 * 1024;  // bytes gathered before they are sent unasked
constexpr std::size_t kReadSize = 64 * 1024;
constexpr std::size_t kInflateAtOnce = 256 * 1024;  // so that little on the wire is never much here
constexpr std::chrono::milliseconds kMeasure{250};
constexpr std::uint64_t kEnoughToMeasure = 4 * 1024 * 1024;
constexpr int kPollSlice_ms = 200;  // how long a stop request can go unnoticed

void initialise_curl() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::string curl_url(const MailboxUrl& url) {
    const bool ipv6 = url.host.find(':') != std::string::npos;
    std::string text = fmt::format("{}://{}{}{}", url.tls_from_start ? "imaps" : "imap",
                                   ipv6 ? "[" : "", url.host, ipv6 ? "]" : "");
    if (url.port) {
        text += fmt::format(":{}", *url.port);
    }
    return text + "/";
}

constexpr std::size_t kLongestHandshake = 64 * 1024;

/// CURLOPT_HEADERFUNCTION: libcurl hands over each line of the server's greeting and answers.
std::size_t keep_line(char* data, std::size_t size, std::size_t count, void* handshake) {
    auto& text = *static_cast<std::string*>(handshake);
    if (text.size() < kLongestHandshake) {
        text.append(data, size * count);
    }
    return size * count;
}

/// Goes on behind the trace that is there. Another file with bytes in it is nobody's to write to.
base::File open_trace(const std::string& path) {
    base::File file = base::File::open_append(path);
    std::string start(3, '\0');
    if (file.size() > 0 &&
        (file.read_at(0, std::as_writable_bytes(std::span(start))) < start.size() ||
         (start != "S: " && start != "C: "))) {
        throw Error(ErrorCode::CannotCreate, "is there already, and is no trace",
                    "name another file for the trace")
            .with_place(path);
    }
    return file;
}

Error connect_error(CURLcode code, const std::string& detail, std::string hint) {
    const std::string text = detail.empty() ? curl_easy_strerror(code) : base::escape(detail);
    switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
            return Error(ErrorCode::NotAllowed, "the server's certificate is refused: " + text,
                         "give the CA with --ca-file, or check the server's name");
        case CURLE_USE_SSL_FAILED:
            return Error(ErrorCode::NotAllowed, "the server offers no TLS, and none is not allowed",
                         "use imaps://, or --tls none if the network is trusted");
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
            return Error(ErrorCode::BadConfig, "a certificate file cannot be used: " + text);
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return Error(ErrorCode::Unavailable, text, "check the host's name");
        default:
            return Error(ErrorCode::Unavailable, "cannot connect: " + text, std::move(hint));
    }
}

/// What to try when host and port are reached and do not speak as expected.
std::string other_scheme(CURLcode code, const MailboxUrl& url, bool silent) {
    if (url.tls_from_start && code == CURLE_SSL_CONNECT_ERROR) {
        return "imaps:// is TLS from the start, as on port 993; port 143 is for imap://";
    }
    if (!url.tls_from_start && code == CURLE_OPERATION_TIMEDOUT && silent) {
        return "imap:// is not TLS from the start, as on port 143; port 993 is for imaps://";
    }
    return {};
}

}  // namespace

struct Connection::State {
    State(const MailboxUrl& url, ConnectOptions connect_options, const base::StopFlag& stop_flag)
        : place(to_string(url)), options(std::move(connect_options)), stop(stop_flag) {}

    std::string place;
    ConnectOptions options;
    const base::StopFlag& stop;
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl{nullptr, &curl_easy_cleanup};
    curl_socket_t socket = CURL_SOCKET_BAD;
    bool encrypted = false;

    base::Bytes output;  // plain bytes not sent yet
    base::Bytes input;   // plain bytes from the server, from `input_at` on not consumed yet
    std::size_t input_at = 0;
    std::optional<Deflater> deflater;
    std::optional<Inflater> inflater;
    std::optional<base::File> trace;
    int secrets = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::size_t largest_input = 0;
    std::chrono::steady_clock::time_point measured_at = std::chrono::steady_clock::now();
    std::uint64_t measured = 0;                  // bytes that had come through by then
    double fastest = 0;                          // bytes per second
    std::string handshake;                       // lines of the server that libcurl has read
    base::Bytes piece = base::Bytes(kReadSize);  // reused for each read

    base::ByteView unread() const { return base::ByteView(input).subspan(input_at); }

    void consume(std::size_t n) {
        input_at += n;
        if (input_at == input.size()) {
            input.clear();
            input_at = 0;
        }
    }

    Error lost(std::string_view what) const {
        return Error(ErrorCode::Unavailable, std::string(what)).with_place(place);
    }

    void open(const MailboxUrl& url);
    void set_options(const MailboxUrl& url, char* error_text);
    void wait(short events, std::chrono::steady_clock::time_point deadline) const;
    std::chrono::steady_clock::time_point deadline() const {
        return std::chrono::steady_clock::now() + std::chrono::seconds(options.timeout_s);
    }
    /// Reads what is there. False when nothing is there yet.
    bool receive();
    void make_room();
    void received(std::size_t before);
    void receive_some();
    void send_all(base::ByteView bytes);
    void linger(bool abrupt) const;
    std::uint64_t come_through() const;
    void measure();
    void trace_bytes(std::string_view direction, base::ByteView bytes);
};

void Connection::State::set_options(const MailboxUrl& url, char* error_text) {
    CURL* handle = curl.get();
    const auto text = [&](CURLoption option, const std::string& value) {
        if (!value.empty()) {
            curl_easy_setopt(handle, option, value.c_str());
        }
    };
    curl_easy_setopt(handle, CURLOPT_URL, curl_url(url).c_str());
    curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error_text);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &keep_line);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &handshake);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.timeout_s));
    curl_easy_setopt(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(options.timeout_s));
    const long tls = options.tls == ConnectOptions::Tls::Required        ? CURLUSESSL_ALL
                     : options.tls == ConnectOptions::Tls::Opportunistic ? CURLUSESSL_TRY
                                                                         : CURLUSESSL_NONE;
    curl_easy_setopt(handle, CURLOPT_USE_SSL, tls);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, options.verify_certificate ? 1L : 0L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, options.verify_certificate ? 2L : 0L);
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    text(CURLOPT_CAINFO, options.ca_file);
    text(CURLOPT_SSLCERT, options.client_certificate);
    text(CURLOPT_SSLKEY, options.client_key);
    // Never a proxy that the environment names for the web: mail goes where it is told to.
    curl_easy_setopt(handle, CURLOPT_PROXY, options.proxy.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPPROXYTUNNEL, 1L);
}

void Connection::State::open(const MailboxUrl& url) {
    initialise_curl();
    curl.reset(curl_easy_init());
    if (!curl) {
        throw Error(ErrorCode::Internal, "libcurl cannot start");
    }
    std::string error_text(CURL_ERROR_SIZE, '\0');
    set_options(url, error_text.data());
    const CURLcode code = curl_easy_perform(curl.get());
    curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, nullptr);
    error_text.resize(error_text.find('\0'));
    if (code != CURLE_OK) {
        constexpr std::string_view kBye = "* BYE ";
        if (base::starts_with_ignore_case(handshake, kBye)) {
            const std::string_view words(handshake);
            throw Error(ErrorCode::TryAgain, "the server takes no connection now: " +
                                                 base::escape(base::trim(words.substr(
                                                     kBye.size(), words.find('\n') - kBye.size()))))
                .with_place(place);
        }
        curl_off_t connected_us = 0;
        curl_easy_getinfo(curl.get(), CURLINFO_CONNECT_TIME_T, &connected_us);
        const bool silent = connected_us > 0 && handshake.empty();
        throw connect_error(code, error_text, other_scheme(code, url, silent)).with_place(place);
    }
    curl_easy_getinfo(curl.get(), CURLINFO_ACTIVESOCKET, &socket);
    linger(true);
    curl_tlssessioninfo* session = nullptr;
    curl_easy_getinfo(curl.get(), CURLINFO_TLS_SSL_PTR, &session);
    encrypted = session != nullptr && session->internals != nullptr;
    if (!options.trace_file.empty()) {
        trace = open_trace(options.trace_file);
    }
}

void Connection::State::wait(short events, std::chrono::steady_clock::time_point until) const {
    for (;;) {
        if (stop.requested()) {
            throw Error(ErrorCode::TryAgain, "stopped while waiting for the server")
                .with_place(place);
        }
        pollfd descriptor{socket, events, 0};
        const int ready = ::poll(&descriptor, 1, kPollSlice_ms);
        if (ready > 0) {
            return;
        }
        if (ready < 0 && errno != EINTR) {
            throw system_error(errno, "cannot wait for the server").with_place(place);
        }
        if (std::chrono::steady_clock::now() >= until) {
            throw Error(ErrorCode::TryAgain,
                        fmt::format("no answer from the server for {} seconds", options.timeout_s))
                .with_place(place);
        }
    }
}

bool Connection::State::receive() {
    make_room();
    if (inflater && inflater->has_more()) {
        const std::size_t before = input.size();
        inflater->decompress({}, kInflateAtOnce, input);
        if (input.size() > before) {
            received(before);
            return true;
        }
    }
    std::size_t n = 0;
    const CURLcode code = curl_easy_recv(curl.get(), piece.data(), piece.size(), &n);
    if (code == CURLE_AGAIN) {
        return false;
    }
    if (code != CURLE_OK) {
        throw lost(fmt::format("the connection broke: {}", curl_easy_strerror(code)));
    }
    if (n == 0) {
        throw lost("the server closed the connection");
    }
    bytes_in += n;
    measure();
    const base::ByteView wire = base::ByteView(piece).first(n);
    const std::size_t before = input.size();
    if (inflater) {
        inflater->decompress(wire, kInflateAtOnce, input);
    } else {
        base::append(input, wire);
    }
    received(before);
    return true;
}

void Connection::State::make_room() {
    if (input_at > kReadSize) {
        input.erase(input.begin(),
                    input.begin() + static_cast<std::ptrdiff_t>(std::exchange(input_at, 0)));
    }
}

void Connection::State::received(std::size_t before) {
    largest_input = std::max(largest_input, input.size() - input_at);
    trace_bytes("S: ", base::ByteView(input).subspan(before));
}

void Connection::State::receive_some() {
    const auto until = deadline();
    const std::size_t before = unread().size();
    while (unread().size() == before) {
        if (!receive()) {
            // A server that sends in small pieces waits for each acknowledgement (RFC 896), which
            // the kernel would hold back for 40 ms.
            const int at_once = 1;
            ::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &at_once, sizeof at_once);
            wait(POLLIN, until);
        }
    }
}

void Connection::State::send_all(base::ByteView bytes) {
    auto until = deadline();
    while (!bytes.empty()) {
        std::size_t n = 0;
        const CURLcode code = curl_easy_send(curl.get(), bytes.data(), bytes.size(), &n);
        if (code == CURLE_AGAIN) {
            while (receive()) {
                until = deadline();
            }
            wait(POLLIN | POLLOUT, until);
            continue;
        }
        if (code != CURLE_OK) {
            throw lost(fmt::format("the connection broke: {}", curl_easy_strerror(code)));
        }
        bytes_out += n;
        measure();
        bytes = bytes.subspan(n);
        until = deadline();
    }
}

/// Abrupt: close() throws away what was not sent yet, and resets the connection (socket(7)).
void Connection::State::linger(bool abrupt) const {
    const ::linger value{abrupt ? 1 : 0, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &value, sizeof value);
}

/// What the kernel has taken and the other side has not acknowledged does not count.
std::uint64_t Connection::State::come_through() const {
    int waiting = 0;
    ::ioctl(socket, SIOCOUTQ, &waiting);
    return bytes_in + bytes_out - std::min(bytes_out, static_cast<std::uint64_t>(waiting));
}

void Connection::State::measure() {
    const auto now = std::chrono::steady_clock::now();
    if (now - measured_at >= kMeasure) {
        const std::uint64_t total = come_through();
        fastest = std::max(fastest, static_cast<double>(total - measured) /
                                        std::chrono::duration<double>(now - measured_at).count());
        measured = total;
        measured_at = now;
    }
}

void Connection::State::trace_bytes(std::string_view direction, base::ByteView bytes) {
    if (!trace) {
        return;
    }
    trace->write(base::as_bytes(direction));
    trace->write(bytes);
    trace->write(base::as_bytes("\n"));
}

Connection::Connection(const MailboxUrl& url, const ConnectOptions& options,
                       const base::StopFlag& stop)
    : state_(std::make_unique<State>(url, options, stop)) {
    state_->open(url);
}

Connection::~Connection() = default;

void Connection::write(base::ByteView bytes) {
    state_->trace_bytes("C: ", state_->secrets > 0 ? base::as_bytes("***") : bytes);
    base::append(state_->output, bytes);
    if (state_->output.size() >= kSendAt) {
        flush();
    }
}

void Connection::flush() {
    State& s = *state_;
    if (s.output.empty()) {
        return;
    }
    const base::Bytes plain = std::exchange(s.output, {});
    if (!s.deflater) {
        s.send_all(plain);
        return;
    }
    base::Bytes wire;
    s.deflater->compress(plain, true, wire);
    s.send_all(wire);
}

std::string Connection::read_line(std::size_t limit) {
    flush();
    State& s = *state_;
    std::size_t searched = 0;
    for (;;) {
        const std::string_view unread = base::as_text(s.unread());
        const std::size_t end = unread.find('\n', searched);
        if (end != std::string_view::npos) {
            std::string_view line = unread.substr(0, end);
            if (line.ends_with('\r')) {
                line.remove_suffix(1);
            }
            std::string result(line);
            s.consume(end + 1);
            return result;
        }
        if (unread.size() > limit) {
            throw Error(ErrorCode::BadData,
                        fmt::format("the server sent a line of over {} bytes", limit))
                .with_place(s.place);
        }
        searched = unread.size();
        s.receive_some();
    }
}

void Connection::read_bytes(std::uint64_t size, const std::function<void(base::ByteView)>& piece) {
    flush();
    State& s = *state_;
    while (size > 0) {
        if (s.unread().empty()) {
            s.receive_some();
        }
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(size, s.unread().size()));
        piece(s.unread().first(n));
        s.consume(n);
        size -= n;
    }
}

std::optional<double> Connection::bytes_per_second() const {
    return state_->measured >= kEnoughToMeasure ? std::optional(state_->fastest) : std::nullopt;
}

void Connection::part_gently() {
    state_->linger(false);
}

bool Connection::has_input() {
    State& s = *state_;
    return !s.unread().empty() || (s.receive() && !s.unread().empty());
}

void Connection::start_compression() {
    flush();
    State& s = *state_;
    s.deflater.emplace();
    s.inflater.emplace();
    // What the server sent right behind its OK is compressed already.
    const base::Bytes wire(s.unread().begin(), s.unread().end());
    s.input.clear();
    s.input_at = 0;
    if (!wire.empty()) {
        s.inflater->decompress(wire, kInflateAtOnce, s.input);
    }
}

bool Connection::is_encrypted() const noexcept {
    return state_->encrypted;
}
const std::string& Connection::handshake() const noexcept {
    return state_->handshake;
}
std::size_t Connection::largest_input() const noexcept {
    return state_->largest_input;
}
std::uint64_t Connection::bytes_in() const noexcept {
    return state_->bytes_in;
}
std::uint64_t Connection::bytes_out() const noexcept {
    return state_->bytes_out;
}

Connection::Secret::Secret(Connection& connection) : connection_(connection) {
    ++connection_.state_->secrets;
}
Connection::Secret::~Secret() {
    --connection_.state_->secrets;
}

}  // namespace mbx::store::imap
