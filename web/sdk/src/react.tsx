// `@throughline/browser/react`: the client for React 18 and 19. Nothing happens on the server and nothing twice under StrictMode.
import { Component, useCallback, useEffect, useRef, type ErrorInfo, type ReactNode } from "react";
import { init, page, track, type Options, type Props, type TrackOptions } from "@throughline/browser";
import { captureException } from "@throughline/browser/errors";

export interface TrackProviderProps {
  /** What `init` takes. Without it somebody else calls `init`. */
  options?: Options;
  children?: ReactNode;
}

/** Begins on the client, once; what its children track before that is made up for. */
export function TrackProvider({ options, children }: TrackProviderProps): ReactNode {
  useEffect(() => {
    // Only the first call counts: an effect that runs twice, or another provider, changes nothing.
    if (options) init(options);
  }, [options]);
  return children;
}

/** The function that tracks events; the same one at each render. */
export function useTrack(): (name: string, given?: Props | TrackOptions) => void {
  return useCallback((name: string, given?: Props | TrackOptions) => track(name, given), []);
}

/** A page view when the component is shown, and when the name changes. */
export function usePageView(name: string, props?: Props): void {
  const seen = useRef<string>(undefined);
  useEffect(() => {
    // StrictMode runs effects twice and keeps refs.
    if (seen.current === name) return;
    seen.current = name;
    page(name, props);
    // The props at that moment are meant.
  }, [name]);
}

export interface ErrorBoundaryProps {
  /** What is shown instead. */
  fallback?: ReactNode | ((error: unknown, again: () => void) => ReactNode);
  /** Told of each error, such as `captureException` of `/errors`. */
  onError?: (error: unknown, componentStack: string) => void;
  children?: ReactNode;
}

/** Shows something else when a component below throws, and reports what it threw. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error?: unknown; failed: boolean }> {
  override state: { error?: unknown; failed: boolean } = { failed: false };

  static getDerivedStateFromError(error: unknown): { error: unknown; failed: boolean } {
    return { error, failed: true };
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo): void {
    captureException(error, { tags: { component_stack: (componentStack || "").trim().slice(0, 500) } });
    try {
      this.props.onError?.(error, componentStack || "");
    } catch {
      // What is told of an error must not make another one.
    }
  }

  override render(): ReactNode {
    const { fallback = null, children } = this.props;
    if (!this.state.failed) return children;
    return typeof fallback == "function" ? fallback(this.state.error, () => this.setState({ error: undefined, failed: false })) : fallback;
  }
}
