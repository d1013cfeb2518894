import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * Java's SSLSocket in many talks: (servers|clients) ca, then for each talk
 * port version keystore authenticate alpn host size. Servers write their ports
 * and echo; clients write "ok", or what went wrong, for each talk in its turn.
 */
public final class Talks {
    private static final int FIELDS = 7;
    private static final Map<String, SSLContext> CONTEXTS = new HashMap<>();

    private static SSLContext context(String ca, String keystores) throws Exception {
        if (!CONTEXTS.containsKey(keystores)) {
            CONTEXTS.put(keystores, Peer.context(ca, keystores));
        }
        return CONTEXTS.get(keystores);
    }

    public static void main(String[] args) throws Exception {
        for (int at = 2; at < args.length; at += FIELDS) {
            Talk talk = new Talk(args, at);
            if (args[0].equals("servers")) {
                talk.serve(args[1]);
            } else {
                System.out.println(talk.connect(args[1]));
            }
        }
    }

    private static final class Talk {
        final int port;
        final String keystore;
        final String host;
        final int size;
        final SSLParameters parameters = new SSLParameters();

        Talk(String[] args, int at) {
            port = Integer.parseInt(args[at]);
            parameters.setProtocols(new String[] {args[at + 1]});
            keystore = args[at + 2];
            parameters.setNeedClientAuth(args[at + 3].equals("true"));
            if (args[at + 4].equals("true")) {
                parameters.setApplicationProtocols(new String[] {"echo"});
            }
            host = args[at + 5];
            size = Integer.parseInt(args[at + 6]);
        }

        void serve(String ca) throws Exception {
            SSLContext context = context(ca, keystore);
            SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
                    .createServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
            listener.setSSLParameters(parameters);
            System.out.println("port " + listener.getLocalPort());
            Thread thread = new Thread(() -> {
                try (SSLSocket s = (SSLSocket) listener.accept()) {
                    s.getInputStream().transferTo(s.getOutputStream());
                } catch (Exception e) {
                    e.printStackTrace();
                }
            });
            thread.start();
        }

        String connect(String ca) {
            try {
                SSLContext context = context(ca, keystore);
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                parameters.setServerNames(List.of(new SNIHostName(host))); // it leaves out names without a dot
                Socket raw = new Socket("127.0.0.1", port);
                try (SSLSocket s = (SSLSocket) context.getSocketFactory().createSocket(raw, host, port, true)) {
                    s.setSSLParameters(parameters);
                    s.startHandshake();
                    return echo(s);
                }
            } catch (Exception e) {
                e.printStackTrace();
                return e.toString();
            }
        }

        private String echo(SSLSocket s) throws Exception {
            byte[] text = new byte[size];
            for (int i = 0; i < size; i++) {
                text[i] = (byte) (i * 31 + i / 251);
            }
            Thread writer = new Thread(() -> {
                try {
                    OutputStream out = s.getOutputStream();
                    for (int at = 0; at < size; at += 7919) {
                        out.write(text, at, Math.min(7919, size - at));
                    }
                } catch (Exception e) {
                    e.printStackTrace();
                }
            });
            writer.start();
            InputStream in = s.getInputStream();
            byte[] got = in.readNBytes(size);
            writer.join();
            return Arrays.equals(got, text) ? "ok" : "other bytes came back";
        }
    }
}
