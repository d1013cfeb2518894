import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Java's SSLSocket as a peer: (client|server) port version suite ca keystore.
 * Writes a line of JSON for each connection. The client connects twice and
 * resumes by itself; the server echoes.
 */
public final class Peer {
    public static void main(String[] args) throws Exception {
        SSLContext context = context(args[4], args[5]);
        SSLParameters parameters = new SSLParameters(new String[] {args[3]}, new String[] {args[2]});
        parameters.setApplicationProtocols(new String[] {"echo"});
        if (args[0].equals("client")) {
            for (int i = 0; i < 2; i++) {
                client(context, Integer.parseInt(args[1]), parameters);
            }
        } else {
            parameters.setNeedClientAuth(true);
            server(context, parameters);
        }
    }

    private static void client(SSLContext context, int port, SSLParameters parameters) throws Exception {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        try (SSLSocket s = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
            s.setSSLParameters(parameters);
            long before = System.currentTimeMillis();
            s.startHandshake();
            s.getOutputStream().write("hello\n".getBytes());
            if (!new String(s.getInputStream().readNBytes(6)).equals("hello\n")) {
                throw new Exception("it did not come back");
            }
            tell(s, before);
        }
    }

    private static void server(SSLContext context, SSLParameters parameters) throws Exception {
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0);
        listener.setSSLParameters(parameters);
        System.out.println("port " + listener.getLocalPort());
        while (true) {
            try (SSLSocket s = (SSLSocket) listener.accept()) {
                s.startHandshake();
                s.getOutputStream().write(s.getInputStream().readNBytes(6));
                tell(s, 0);
                s.getInputStream().read();
            }
        }
    }

    /** A session is a resumed one if it is older than the handshake; only the client asks. */
    private static void tell(SSLSocket s, long before) throws Exception {
        System.out.printf(
                "{\"version\":\"%s\",\"cipher\":\"%s\",\"alpn\":\"%s\",\"reused\":%b,\"peer\":\"%s\"}%n",
                s.getSession().getProtocol(), s.getSession().getCipherSuite(), s.getApplicationProtocol(),
                s.getSession().getCreationTime() < before,
                s.getSession().getPeerPrincipal().getName().replaceAll(",.*", "").replace("CN=", ""));
    }

    /** The context that trusts ca and has the keys of all keystores, between colons. */
    static SSLContext context(String ca, String keystores) throws Exception {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        try (FileInputStream in = new FileInputStream(ca)) {
            Certificate root = CertificateFactory.getInstance("X.509").generateCertificate(in);
            trust.setCertificateEntry("ca", root);
        }
        TrustManagerFactory trusts = TrustManagerFactory.getInstance("PKIX");
        trusts.init(trust);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        char[] password = "password".toCharArray();
        for (String file : keystores.split(":")) {
            if (file.isEmpty()) {
                continue;
            }
            KeyStore one = KeyStore.getInstance("PKCS12");
            try (FileInputStream in = new FileInputStream(file)) {
                one.load(in, password);
            }
            keys.setKeyEntry(file, one.getKey("key", password), password, one.getCertificateChain("key"));
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), trusts.getTrustManagers(), new SecureRandom());
        return context;
    }
}
