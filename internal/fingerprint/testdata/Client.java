import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Client begins a handshake with a port of localhost, by the defaults. */
public class Client {
	public static void main(String[] args) throws Exception {
		((SSLSocket) SSLSocketFactory.getDefault().createSocket("localhost", Integer.parseInt(args[0]))).startHandshake();
	}
}
