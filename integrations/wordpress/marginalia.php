<?php
/**
 * Plugin Name: Marginalia
 * Description: Moderated comments from a Marginalia server in place of WordPress's own, with counts and sign-in by WordPress account.
 * Version: 1.0.0
 * Requires at least: 6.0
 * Requires PHP: 7.4
 * License: BSD-3-Clause (compatible with the GPL that WordPress is under)
 * Text Domain: marginalia
 */

defined( 'ABSPATH' ) || exit;

if ( ! class_exists( 'Marginalia', false ) ) {
	/** One discussion for each post or page whose discussion is open in WordPress. */
	final class Marginalia {
		const OPTION      = 'marginalia';
		const SECRETS     = array( 'secret', 'token' );
		const SECONDS     = 60;   // For how long comments and counts are kept.
		const TIMEOUT     = 2;    // A page waits no longer than this for the comment server, and that once a minute.
		const LARGEST     = 1048576;
		const TOKEN_LASTS = 300;
		const PARAGRAPHS  = 40;   // What the comment server compares comments with, and less than it takes.
		const PARAGRAPH   = 1400;

		private static $mark  = '';
		private static $later = '';

		public static function start() {
			add_action( 'template_redirect', array( __CLASS__, 'keep_page' ), 0 );
			add_action( 'wp_head', array( __CLASS__, 'print_script' ) );
			add_filter( 'comments_template', array( __CLASS__, 'template' ), 100 );
			add_filter( 'render_block_core/comments', array( __CLASS__, 'block' ), 100 );
			add_filter( 'the_posts', array( __CLASS__, 'ask_for_counts' ), 10, 2 );
			add_filter( 'get_comments_number', array( __CLASS__, 'count' ), 10, 2 );
			add_action( 'pre_comment_on_post', array( __CLASS__, 'refuse_own_comment' ) );
			add_filter( 'rest_pre_insert_comment', array( __CLASS__, 'refuse_rest_comment' ) );
			add_action( 'wp_after_insert_post', array( __CLASS__, 'hand_over' ), 10, 2 );
			add_action( 'admin_menu', array( __CLASS__, 'add_settings_page' ) );
			add_action( 'admin_init', array( __CLASS__, 'register_settings' ) );
			register_uninstall_hook( __FILE__, array( __CLASS__, 'uninstall' ) );
		}

		// --- The page of a post

		public static function setting( $name ) {
			$all = get_option( self::OPTION );
			return is_array( $all ) && isset( $all[ $name ] ) ? (string) $all[ $name ] : '';
		}

		private static function is_set_up() {
			return self::setting( 'host' ) !== '' && self::setting( 'site' ) !== '';
		}

		private static function is_shown() {
			return is_singular() && self::is_set_up() && comments_open() && ! post_password_required();
		}

		/** The key of a post: it stays when title and address change. A site of several languages may choose another. */
		private static function key( $post_id ) {
			return (string) apply_filters( 'marginalia_key', 'wp-' . (int) $post_id, $post_id );
		}

		public static function print_script() {
			if ( self::is_shown() ) {
				// After the page: its load event waits for an async script, and forever for a server that hangs.
				$address = wp_json_encode( esc_url_raw( self::setting( 'host' ) . '/embed/v1.js' ), JSON_UNESCAPED_SLASHES | JSON_HEX_TAG );
				wp_print_inline_script_tag(
					"addEventListener('load', () => document.head.append(Object.assign(document.createElement('script'), { src: $address })));"
				);
			}
		}

		/** Classic themes load a file here: this one, which then says the element; see its last lines. */
		public static function template( $file ) {
			return self::is_shown() ? __FILE__ : $file;
		}

		/**
		 * Block themes have a block instead. WordPress goes on to work on what it gives: shortcodes, smileys, embeds. What
		 * readers wrote must not come to that, so a mark stands there until the page is complete.
		 */
		public static function block( $html ) {
			if ( ! self::is_shown() ) {
				return $html;
			}
			self::$later = self::element();
			return self::$mark;
		}

		public static function keep_page() {
			if ( self::is_shown() ) {
				self::$mark = '<!--marginalia-' . bin2hex( random_bytes( 16 ) ) . '-->';
				ob_start( array( __CLASS__, 'complete_page' ) );
			}
		}

		public static function complete_page( $page ) {
			return str_replace( self::$mark, self::$later, $page );
		}

		/** The element with what is public inside it: readable before any script runs, and by search engines. */
		public static function element() {
			$fragment = self::fragment( get_the_ID() );
			if ( null === $fragment ) {
				return '';
			}
			$attributes = array(
				'site'    => self::setting( 'site' ),
				'article' => self::key( get_the_ID() ),
				'url'     => get_permalink(),
				'title'   => wp_strip_all_tags( get_the_title() ),
				'lang'    => substr( get_locale(), 0, 2 ),
				'token'   => self::token(),
			);
			$html = '<marginalia-comments id="comments"';
			foreach ( array_filter( $attributes ) as $name => $value ) {
				$html .= sprintf( ' %s="%s"', $name, esc_attr( $value ) );
			}
			return $html . '>' . ( '' === $fragment ? self::link() : $fragment ) . '</marginalia-comments>';
		}

		/** In place of comments that did not come: where they are, for readers without script, or whose script comes no better. */
		private static function link() {
			$path    = '/discussion/' . rawurlencode( self::setting( 'site' ) ) . '/' . rawurlencode( self::key( get_the_ID() ) ) . '/';
			$address = esc_url( self::setting( 'host' ) . $path );
			return sprintf( '<p><a href="%s">%s</a></p>', $address, esc_html__( 'To the comments', 'marginalia' ) );
		}

		/** The public comments as HTML of the comment server; '' when it does not answer, null when it has none to show. */
		private static function fragment( $post_id ) {
			$query = http_build_query( array( 'lang' => substr( get_locale(), 0, 2 ), 'jsonld' => 1 ) );
			$path  = '/embed/v1/' . rawurlencode( self::setting( 'site' ) ) . '/' . rawurlencode( self::key( $post_id ) );
			$found = self::ask( "$path/thread.html?$query" );
			if ( 404 === $found['status'] ) {
				return null;
			}
			return strpos( $found['body'], 'data-mg="discussion"' ) === false ? '' : $found['body'];
		}

		/** Status and body of a public address, asked for at most once a minute, also when there is no answer. */
		private static function ask( $path ) {
			$address = self::setting( 'host' ) . $path;
			$name    = 'marginalia_' . md5( $address );
			$found   = get_transient( $name );
			if ( ! is_array( $found ) ) {
				$seconds = (float) apply_filters( 'marginalia_timeout', self::TIMEOUT );
				$limits  = array( 'timeout' => $seconds, 'redirection' => 0, 'limit_response_size' => self::LARGEST );
				$answer  = wp_remote_get( $address, $limits );
				$status = (int) wp_remote_retrieve_response_code( $answer );
				$found  = array( 'status' => $status, 'body' => 200 === $status ? wp_remote_retrieve_body( $answer ) : '' );
				set_transient( $name, $found, self::SECONDS );
			}
			return $found;
		}

		private static function stands_in( $post_id ) {
			return self::is_set_up() && comments_open( $post_id );
		}

		/** WordPress's own form is gone; this closes its address too. */
		public static function refuse_own_comment( $post_id ) {
			if ( self::stands_in( $post_id ) ) {
				wp_die( esc_html__( 'Comments are written below the article itself.', 'marginalia' ), '', 403 );
			}
		}

		/** And this the route wp/v2/comments, but not to what WordPress keeps there besides comments. */
		public static function refuse_rest_comment( $comment ) {
			if ( ! is_array( $comment ) || ! self::stands_in( isset( $comment['comment_post_ID'] ) ? $comment['comment_post_ID'] : 0 ) ) {
				return $comment;
			}
			if ( ! in_array( isset( $comment['comment_type'] ) ? $comment['comment_type'] : '', array( '', 'comment' ), true ) ) {
				return $comment;
			}
			$sentence = __( 'Comments are written below the article itself.', 'marginalia' );
			return new WP_Error( 'marginalia_elsewhere', $sentence, array( 'status' => 403 ) );
		}

		// --- What a post says, for the checks that compare comments with it

		/** Whenever a post that everybody may read is saved, where there is a token for it. In vain: with the next save. */
		public static function hand_over( $post_id, $post ) {
			$is_public = 'publish' === $post->post_status && '' === $post->post_password;
			if ( ! $is_public || '' === self::setting( 'token' ) || ! self::stands_in( $post_id ) ) {
				return;
			}
			$said    = array(
				'url'        => get_permalink( $post ),
				'title'      => mb_substr( self::words( get_the_title( $post ) ), 0, 300 ),
				'teaser'     => mb_substr( self::words( $post->post_excerpt ), 0, 2000 ),
				'paragraphs' => self::paragraphs( $post->post_content ),
			);
			$request = array(
				'method'      => 'PUT',
				'timeout'     => (float) apply_filters( 'marginalia_timeout', self::TIMEOUT ),
				'redirection' => 0,
				'headers'     => array(
					'Authorization' => 'Bearer ' . self::setting( 'token' ),
					'Content-Type'  => 'application/json',
				),
				'body'        => wp_json_encode( $said, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES ),
			);
			wp_remote_request( self::setting( 'host' ) . '/api/v1/moderation/articles/' . rawurlencode( self::key( $post_id ) ), $request );
		}

		/** The first paragraphs, headings and items of a post as plain text, without shortcodes. */
		private static function paragraphs( $content ) {
			$parts = preg_split( '~</(?:p|h[1-6]|li|blockquote|figcaption|td|div)>~i', wpautop( strip_shortcodes( $content ) ) );
			$words = array_filter( array_map( array( __CLASS__, 'words' ), $parts ), 'strlen' );
			$some  = array_slice( $words, 0, self::PARAGRAPHS );
			return array_map( function ( $one ) { return mb_substr( $one, 0, self::PARAGRAPH ); }, $some );
		}

		private static function words( $html ) {
			return trim( html_entity_decode( wp_strip_all_tags( $html, true ), ENT_QUOTES | ENT_HTML5, 'UTF-8' ) );
		}

		// --- Counts

		/** All counts of a list of posts with one question, before the theme asks for each. */
		public static function ask_for_counts( $posts, $query ) {
			if ( $query->is_main_query() && ! is_admin() && self::is_set_up() ) {
				self::counts( wp_list_pluck( array_filter( $posts, 'is_object' ), 'ID' ) );
			}
			return $posts;
		}

		public static function count( $count, $post_id ) {
			if ( ! self::stands_in( $post_id ) ) {
				return $count;
			}
			$key    = self::key( $post_id );
			$counts = self::counts( array( $post_id ) );
			return isset( $counts[ $key ] ) ? (int) $counts[ $key ] : 0;
		}

		/** Key to number, as far as known; of what was asked for before in this page, without asking again. */
		private static function counts( $post_ids ) {
			static $known = array();
			$keys = array_diff( array_map( array( __CLASS__, 'key' ), $post_ids ), array_keys( $known ) );
			foreach ( array_chunk( $keys, 100 ) as $some ) {
				$ids   = implode( '&id=', array_map( 'rawurlencode', $some ) );
				$found = self::ask( '/api/v1/counts?site=' . rawurlencode( self::setting( 'site' ) ) . '&id=' . $ids );
				$json  = json_decode( $found['body'], true );
				$known = ( isset( $json['counts'] ) && is_array( $json['counts'] ) ? $json['counts'] : array() ) + array_fill_keys( $some, 0 ) + $known;
			}
			return $known;
		}

		// --- Sign-in: who is signed in here is signed in at the comments

		/** A signed token (JWT, HS256) about the reader, for five minutes and one use; '' without reader or secret. */
		private static function token() {
			$user   = wp_get_current_user();
			$secret = self::decode( self::setting( 'secret' ) );
			if ( ! $user->exists() || '' === $secret ) {
				return '';
			}
			$claims = array(
				'iss'            => self::setting( 'issuer' ),
				'aud'            => self::setting( 'host' ),
				'sub'            => (string) $user->ID,
				'name'           => $user->display_name,
				'email'          => $user->user_email,
				'email_verified' => false, // WordPress does not remember whether an address was proved.
				'iat'            => time(),
				'exp'            => time() + self::TOKEN_LASTS,
				'jti'            => bin2hex( random_bytes( 16 ) ),
			);
			$claims = apply_filters( 'marginalia_claims', $claims, $user );
			$header = array( 'alg' => 'HS256', 'typ' => 'JWT', 'kid' => self::setting( 'kid' ) );
			$signed = self::encode( wp_json_encode( $header ) ) . '.' . self::encode( wp_json_encode( $claims ) );
			return $signed . '.' . self::encode( hash_hmac( 'sha256', $signed, $secret, true ) );
		}

		private static function encode( $bytes ) {
			return rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' ); // phpcs:ignore -- that is how a JWT is written.
		}

		private static function decode( $text ) {
			return (string) base64_decode( strtr( $text, '-_', '+/' ), true ); // phpcs:ignore -- that is how a JWK is written.
		}

		// --- Settings; WordPress checks capability and nonce of what options.php gets

		private static function fields() {
			return array(
				'host'   => __( 'Comment server, as in https://comments.example.org', 'marginalia' ),
				'site'   => __( 'Site, by its short name there', 'marginalia' ),
				'issuer' => __( 'Sign-in: issuer', 'marginalia' ),
				'kid'    => __( 'Sign-in: name of the key (kid)', 'marginalia' ),
				'secret' => __( 'Sign-in: the key itself (k); leave empty to keep it', 'marginalia' ),
				'token'  => __( 'Texts of posts: token of the comment server (mt_...) to hand them over; leave empty to keep it', 'marginalia' ),
			);
		}

		public static function add_settings_page() {
			add_options_page( 'Marginalia', 'Marginalia', 'manage_options', 'marginalia', array( __CLASS__, 'settings_page' ) );
		}

		public static function register_settings() {
			register_setting( 'marginalia', self::OPTION, array( 'type' => 'array', 'sanitize_callback' => array( __CLASS__, 'clean' ) ) );
		}

		public static function clean( $typed ) {
			$old   = get_option( self::OPTION );
			$old   = is_array( $old ) ? $old : array();
			$clean = array();
			foreach ( array_keys( self::fields() ) as $name ) {
				$clean[ $name ] = isset( $typed[ $name ] ) && is_string( $typed[ $name ] ) ? trim( sanitize_text_field( $typed[ $name ] ) ) : '';
			}
			$clean['host'] = rtrim( $clean['host'], '/' );
			foreach ( self::SECRETS as $name ) {
				if ( '' === $clean[ $name ] && isset( $old[ $name ] ) ) {
					$clean[ $name ] = $old[ $name ];
				}
			}
			$faults = array(
				'host'   => preg_match( '~^(https?://[a-z0-9.-]+(:[0-9]{1,5})?)?$~i', $clean['host'] ) ? '' : __( 'The comment server is an origin, as in https://comments.example.org.', 'marginalia' ),
				'site'   => preg_match( '~^[-a-zA-Z0-9_]{0,50}$~', $clean['site'] ) ? '' : __( 'The site is a short name of letters, digits, - and _.', 'marginalia' ),
				'secret' => '' === $clean['secret'] || strlen( self::decode( $clean['secret'] ) ) >= 32 ? '' : __( 'The key has to hold at least 32 bytes, written in base64url.', 'marginalia' ),
				'token'  => preg_match( '~^(mt_[-a-zA-Z0-9_]{43})?$~', $clean['token'] ) ? '' : __( 'The token begins with mt_ and has 46 characters.', 'marginalia' ),
			);
			foreach ( array_filter( $faults ) as $name => $sentence ) {
				add_settings_error( self::OPTION, "marginalia_$name", $sentence );
				$clean[ $name ] = isset( $old[ $name ] ) ? $old[ $name ] : '';
			}
			return $clean;
		}

		public static function settings_page() {
			if ( ! current_user_can( 'manage_options' ) ) {
				return;
			}
			echo '<div class="wrap"><h1>Marginalia</h1><form method="post" action="options.php">';
			settings_fields( 'marginalia' );
			echo '<table class="form-table" role="presentation">';
			foreach ( self::fields() as $name => $label ) {
				$is_secret = in_array( $name, self::SECRETS, true );
				printf(
					'<tr><th scope="row"><label for="marginalia-%1$s">%2$s</label></th><td><input class="regular-text" id="marginalia-%1$s" name="%3$s[%1$s]" type="%4$s" value="%5$s" autocomplete="off"></td></tr>',
					esc_attr( $name ),
					esc_html( $label ),
					esc_attr( self::OPTION ),
					$is_secret ? 'password' : 'text',
					$is_secret ? '' : esc_attr( self::setting( $name ) )
				);
			}
			echo '</table>';
			submit_button();
			echo '</form></div>';
		}

		public static function uninstall() {
			delete_option( self::OPTION );
		}
	}

	Marginalia::start();
} else {
	// A classic theme has loaded this file once more, as the template of its comments.
	echo Marginalia::element(); // phpcs:ignore -- attributes are escaped there, the rest is the comment server's page.
}
